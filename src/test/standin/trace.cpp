#include "trace.hpp"

#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace standin {

namespace {

FILE* open_trace() {
  const char* path = std::getenv("STANDIN_TRACE");
  // Appends, for java may start itself anew.
  FILE* file = path == nullptr ? nullptr : std::fopen(path, "ae");
  if (file != nullptr) std::setvbuf(file, nullptr, _IOLBF, 1 << 12);
  return file;
}

FILE* const trace = open_trace();
std::mutex mutex;

/** Symbols are letters and digits; nothing here needs escaping. */
constexpr size_t longest_name = 160;

}  // namespace

double now() {
  static const auto begin = std::chrono::steady_clock::now();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void note(const Event& event) {
  if (trace == nullptr) return;
  const int device = event.device < 0 ? current_device() : event.device;
  const std::lock_guard<std::mutex> lock(mutex);
  std::fprintf(trace,
               "{\"t\":%.6f,\"thread\":%ld,\"device\":%d,\"call\":\"%s\",\"stream\":\"%s\","
               "\"name\":\"%s\",\"bytes\":%zu}\n",
               now(), static_cast<long>(syscall(SYS_gettid)), device, event.call,
               event.stream.c_str(), event.name.substr(0, longest_name).c_str(), event.bytes);
}

std::string library_of(const void* address) {
  Dl_info info;
  if (dladdr(address, &info) == 0 || info.dli_fname == nullptr) return "";
  const std::string path = info.dli_fname;
  return path.substr(path.rfind('/') + 1);
}

long setting(const char* variable, long usual) {
  const char* text = std::getenv(variable);
  return text == nullptr ? usual : std::atol(text);
}

}  // namespace standin

/** For the other libraries of the stand-in. */
STANDIN_API void standin_note(const char* call, const char* name) {
  standin::note({call, "", name});
}
