#include <sys/mman.h>

#include <array>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

#include "trace.hpp"

// Memory of devices and pinned memory are host memory that is reserved and never written, so that
// it takes none. What a device "computes" is therefore filler.

namespace {

enum class Kind { device, pinned };

struct Range {
  size_t bytes;
  Kind kind;
  int device;
};

/** What the driver and libtorch's kernels take of a device before anybody asks. */
constexpr size_t taken = size_t(500) << 20;

const size_t device_bytes = static_cast<size_t>(standin::setting("STANDIN_MB", 79 << 10)) << 20;
std::mutex mutex;
std::map<uintptr_t, Range> ranges;
std::array<size_t, 16> used{};

const Range* find(const void* address) {
  auto range = ranges.upper_bound(reinterpret_cast<uintptr_t>(address));
  if (range == ranges.begin()) return nullptr;
  --range;
  const uintptr_t offset = reinterpret_cast<uintptr_t>(address) - range->first;
  return offset < range->second.bytes ? &range->second : nullptr;
}

cudaError_t allocate(void** memory, size_t bytes, Kind kind) {
  const int device = standin::current_device();
  const std::lock_guard<std::mutex> lock(mutex);
  size_t& total = used.at(static_cast<size_t>(device));
  if (kind == Kind::device && total + bytes > device_bytes - taken) {
    return standin::failed(cudaErrorMemoryAllocation);
  }
  *memory = mmap(nullptr, bytes + 1, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (*memory == MAP_FAILED) return standin::failed(cudaErrorMemoryAllocation);
  ranges[reinterpret_cast<uintptr_t>(*memory)] = {bytes, kind, device};
  if (kind == Kind::device) total += bytes;
  standin::note({kind == Kind::device ? "malloc" : "malloc_host", "", "", bytes});
  return cudaSuccess;
}

cudaError_t release(void* memory) {
  if (memory == nullptr) return cudaSuccess;
  const std::lock_guard<std::mutex> lock(mutex);
  const auto range = ranges.find(reinterpret_cast<uintptr_t>(memory));
  if (range == ranges.end()) return standin::failed(cudaErrorInvalidValue);
  const Range was = range->second;
  ranges.erase(range);
  munmap(memory, was.bytes + 1);
  if (was.kind == Kind::device) used.at(static_cast<size_t>(was.device)) -= was.bytes;
  standin::note({was.kind == Kind::device ? "free" : "free_host", "", "", was.bytes, was.device});
  return cudaSuccess;
}

/** Our library reads counts, which are 0, and which pivot of a factorization failed: none, -1. */
int filler(const std::string& library, size_t bytes) {
  if (bytes != 8 || library.rfind("libespalier", 0) != 0) return 1;
  return standin::last_kernel().find("count_zeros") == std::string::npos ? 0xff : 0;
}

/** "device", "pinned" or "host". */
const char* place(const Range* range) {
  if (range == nullptr) return "host";
  return range->kind == Kind::device ? "device" : "pinned";
}

/**
 * What comes from a device is filler: ones, which are true where a test is the answer, and where a
 * number is, a small one.
 */
cudaError_t copy(void* to, const void* from, size_t bytes, const char* call, cudaStream_t stream,
                 const void* caller) {
  const std::lock_guard<std::mutex> lock(mutex);
  const Range* target = find(to);
  const Range* source = find(from);
  const std::string library = standin::library_of(caller);
  const bool to_host = target == nullptr || target->kind == Kind::pinned;
  const bool from_host = source == nullptr || source->kind == Kind::pinned;
  standin::note(
      {call, standin::name_of(stream), std::string(place(source)) + " to " + place(target), bytes});
  if (to_host && from_host) {
    std::memcpy(to, from, bytes);
  } else if (to_host) {
    std::memset(to, filler(library, bytes), bytes);
  }
  return cudaSuccess;
}

}  // namespace

STANDIN_API cudaError_t cudaMalloc(void** memory, size_t bytes) {
  return allocate(memory, bytes, Kind::device);
}
STANDIN_API cudaError_t cudaMallocAsync(void** memory, size_t bytes, cudaStream_t) {
  return allocate(memory, bytes, Kind::device);
}
STANDIN_API cudaError_t cudaHostAlloc(void** memory, size_t bytes, unsigned) {
  return allocate(memory, bytes, Kind::pinned);
}
STANDIN_API cudaError_t cudaFree(void* memory) { return release(memory); }
STANDIN_API cudaError_t cudaFreeAsync(void* memory, cudaStream_t) { return release(memory); }
STANDIN_API cudaError_t cudaFreeHost(void* memory) { return release(memory); }

STANDIN_API cudaError_t cudaHostRegister(void* memory, size_t bytes, unsigned) {
  const std::lock_guard<std::mutex> lock(mutex);
  ranges[reinterpret_cast<uintptr_t>(memory)] = {bytes, Kind::pinned, standin::current_device()};
  standin::note({"pin", "", "", bytes});
  return cudaSuccess;
}
STANDIN_API cudaError_t cudaHostUnregister(void* memory) {
  const std::lock_guard<std::mutex> lock(mutex);
  ranges.erase(reinterpret_cast<uintptr_t>(memory));
  return cudaSuccess;
}

STANDIN_API cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  const std::lock_guard<std::mutex> lock(mutex);
  *total = device_bytes;
  *free = device_bytes - taken - used.at(static_cast<size_t>(standin::current_device()));
  standin::note({"memory_info"});
  return cudaSuccess;
}

STANDIN_API cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes,
                                                 const void* address) {
  const std::lock_guard<std::mutex> lock(mutex);
  *attributes = {};
  attributes->device = -1;
  const Range* range = find(address);
  if (range == nullptr) return attributes->type = cudaMemoryTypeUnregistered, cudaSuccess;
  attributes->device = range->device;
  attributes->devicePointer = const_cast<void*>(address);
  attributes->type = cudaMemoryTypeDevice;
  if (range->kind == Kind::pinned) {
    attributes->type = cudaMemoryTypeHost;
    attributes->hostPointer = const_cast<void*>(address);
  }
  return cudaSuccess;
}

STANDIN_API cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, cudaMemcpyKind) {
  return copy(to, from, bytes, "copy_and_wait", nullptr, __builtin_return_address(0));
}
STANDIN_API cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind,
                                        cudaStream_t stream) {
  return copy(to, from, bytes, "copy", stream, __builtin_return_address(0));
}
STANDIN_API cudaError_t cudaMemcpyPeerAsync(void* to, int, const void* from, int, size_t bytes,
                                            cudaStream_t stream) {
  return copy(to, from, bytes, "copy", stream, __builtin_return_address(0));
}
STANDIN_API cudaError_t cudaMemsetAsync(void*, int, size_t bytes, cudaStream_t stream) {
  standin::note({"memset", standin::name_of(stream), "", bytes});
  return cudaSuccess;
}
