#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "device.hpp"
#include "espalier/espalier.h"
#include "parallel.hpp"
#include "tensor.hpp"

namespace espalier::bench {

namespace {

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "CPU";
}

std::string describe() {
  return processor() + ", " + esp_cpu_isa() + ", " + std::to_string(esp_num_threads()) + " threads";
}

size_t last_level_cache() {
  const long bytes = std::max(sysconf(_SC_LEVEL3_CACHE_SIZE), sysconf(_SC_LEVEL2_CACHE_SIZE));
  return bytes > 0 ? static_cast<size_t>(bytes) : size_t{32} << 20;
}

class Cpu final : public Device {
 public:
  Cpu()
      : Device(-1, describe()),
        flush_bytes_(2 * last_level_cache()),
        flush_(allocate(flush_bytes_)) {}

  Buffer allocate(size_t bytes) const override { return {aligned_memory(bytes), &std::free}; }

  void copy(void* to, const void* from, size_t bytes) const override {
    std::memcpy(to, from, bytes);
  }

  void flush_cache() override {
    // Every processor takes part: each has caches of its own. A write to a line brings all of it.
    constexpr int64_t line = 64;
    auto* memory = static_cast<unsigned char*>(flush_.get());
    const int64_t lines = static_cast<int64_t>(flush_bytes_) / line;
    in_parallel(processors(), lines, [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; ++k) ++memory[k * line];
    });
  }

  double seconds(const std::function<void()>& work) override {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

 protected:
  void queue_copy(void* to, const void* from, size_t bytes) override {
    in_parallel(esp_num_threads(), static_cast<int64_t>(bytes), [&](int64_t begin, int64_t end) {
      std::memcpy(static_cast<unsigned char*>(to) + begin,
                  static_cast<const unsigned char*>(from) + begin, end - begin);
    });
  }

 private:
  size_t flush_bytes_;
  Buffer flush_;
};

}  // namespace

std::unique_ptr<Device> open_cpu() { return std::make_unique<Cpu>(); }

}  // namespace espalier::bench
