#include <cuda_runtime.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "internals.h"

// The part of the runtime that the library calls (host.cpp has the rest): one device that does at
// once what is queued.

namespace {

int compute_capability = 90;
int f32_per_f64 = 2;
bool only_launches = false;
constexpr int multiprocessors = 3;
int multiprocessors_together = multiprocessors;
cudaError_t last_error = cudaSuccess;

/** Of a kernel: static variables that its blocks were seen to have, and the dynamic shared memory
    that it was allowed. */
struct SharedOfKernel {
  std::map<const void*, size_t> variables;
  std::optional<size_t> allowed;

  size_t static_bytes() const {
    size_t sum = 0;
    for (const auto& [variable, bytes] : variables) sum += (bytes + 15) / 16 * 16;
    return (sum + 127) / 128 * 128;  // dynamic shared memory begins so aligned
  }
  size_t most_dynamic() const {
    const size_t taken = static_bytes();
    return allowed.value_or(sim::shared_default - std::min(taken, sim::shared_default));
  }
  bool fits_device() const { return static_bytes() + most_dynamic() <= sim::shared_optin(); }
};

std::map<const void*, SharedOfKernel> shared_of;

}  // namespace

namespace sim {

void set_compute_capability(int value) { compute_capability = value; }
void set_launch_only(bool value) { only_launches = value; }
bool launch_only() { return only_launches; }
void set_together(int value) { multiprocessors_together = value; }
void set_f32_per_f64(int value) { f32_per_f64 = value; }

void set_last_error(cudaError_t error) { last_error = error; }

size_t shared_optin() {
  switch (compute_capability) {
    case 80:
    case 87:
      return 163 * 1024;
    case 86:
    case 89:
    case 120:
      return 99 * 1024;
    default:
      return 227 * 1024;
  }
}

bool may_launch(const void* kernel, size_t dynamic_bytes) {
  const SharedOfKernel& known = shared_of[kernel];
  return dynamic_bytes <= known.most_dynamic() && known.fits_device();
}

cudaError_t may_launch_together(unsigned blocks, unsigned threads) {
  if (multiprocessors_together == 0) return cudaErrorNotSupported;
  int residents = 0;
  cudaOccupancyMaxActiveBlocksPerMultiprocessor(&residents, nullptr, static_cast<int>(threads), 0);
  const auto most = static_cast<unsigned>(residents * multiprocessors_together);
  return blocks <= most ? cudaSuccess : cudaErrorCooperativeLaunchTooLarge;
}

void note_static(const void* kernel, const void* variable, size_t bytes, size_t dynamic_bytes) {
  if (!shared_of[kernel].variables.emplace(variable, bytes).second) return;
  if (!may_launch(kernel, dynamic_bytes)) {
    fail("static and dynamic shared memory are together more than the kernel was allowed");
  }
}

}  // namespace sim

cudaError_t cudaGetLastError() { return std::exchange(last_error, cudaSuccess); }
cudaError_t cudaPeekAtLastError() { return last_error; }
const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaErrorInvalidConfiguration:
      return "invalid configuration argument";
    case cudaErrorCooperativeLaunchTooLarge:
      return "too many blocks in cooperative launch";
    case cudaErrorNotSupported:
      return "operation not supported";
    case cudaErrorSystemNotReady:
      return "system not yet initialized";
    default:
      return "an error";
  }
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int /*device*/) {
  switch (attribute) {
    case cudaDevAttrMultiProcessorCount:
      return *value = multiprocessors, cudaSuccess;
    case cudaDevAttrCooperativeLaunch:
      return *value = multiprocessors_together > 0 ? 1 : 0, cudaSuccess;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      return *value = static_cast<int>(sim::shared_optin()), cudaSuccess;
    case cudaDevAttrComputeCapabilityMajor:
      return *value = compute_capability / 10, cudaSuccess;
    case cudaDevAttrComputeCapabilityMinor:
      return *value = compute_capability % 10, cudaSuccess;
    case cudaDevAttrL2CacheSize:
      return *value = 1 << 20, cudaSuccess;
    case cudaDevAttrSingleToDoublePrecisionPerfRatio:
      return *value = f32_per_f64, cudaSuccess;
  }
  return cudaErrorInvalidValue;
}

cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const void* /*kernel*/,
                                                          int threads, size_t /*dynamic_bytes*/) {
  constexpr int threads_of_multiprocessor = 1024;
  return *blocks = threads_of_multiprocessor / threads, cudaSuccess;
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* pointer) {
  void* address = const_cast<void*>(pointer);
  *attributes = {cudaMemoryTypeDevice, 0, address, address};
  return cudaSuccess;
}

cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute /*attribute*/, int value) {
  SharedOfKernel& known = shared_of[kernel];
  if (value < 0 || known.static_bytes() + static_cast<size_t>(value) > sim::shared_optin()) {
    return last_error = cudaErrorInvalidValue;
  }
  if (known.allowed.value_or(value) != static_cast<size_t>(value)) {
    sim::fail(
        "a kernel is allowed shared memory of two sizes: host threads would undo each other's");
  }
  known.allowed = static_cast<size_t>(value);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t) {
  if (only_launches) {
    if (kind == cudaMemcpyDeviceToHost) std::memset(to, 0xFF, bytes);
    return cudaSuccess;
  }
  std::memcpy(to, from, bytes);
  return cudaSuccess;
}

cudaError_t cudaMemcpy2DAsync(void* to, size_t to_pitch, const void* from, size_t from_pitch,
                              size_t width, size_t height, cudaMemcpyKind, cudaStream_t) {
  for (size_t i = 0; i < height && !only_launches; ++i) {
    std::memcpy(static_cast<char*>(to) + i * to_pitch,
                static_cast<const char*>(from) + i * from_pitch, width);
  }
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t) {
  if (!only_launches) std::memset(to, value, bytes);
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaSuccess; }
cudaError_t cudaDeviceSynchronize() { return cudaSuccess; }
