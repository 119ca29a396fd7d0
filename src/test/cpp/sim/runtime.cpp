#include <cuda_runtime.h>

#include <map>
#include <utility>

#include "internals.h"
#include "shared_memory.h"

// The part of the runtime that the library calls (host.cpp has the rest): one device that does at
// once what is queued.

namespace {

int compute_capability = 90;
int f32_per_f64 = 2;
cudaError_t last_error = cudaSuccess;
std::map<const void*, size_t> dynamic_shared_of;

}  // namespace

namespace sim {

void set_compute_capability(int value) { compute_capability = value; }
void set_f32_per_f64(int value) { f32_per_f64 = value; }

void set_last_error(cudaError_t error) { last_error = error; }

size_t allowed_shared(const void* kernel) {
  const auto allowed = dynamic_shared_of.find(kernel);
  return allowed == dynamic_shared_of.end() ? 48 * 1024 : allowed->second;
}

}  // namespace sim

cudaError_t cudaGetDeviceCount(int* count) { return *count = 1, cudaSuccess; }
cudaError_t cudaGetDevice(int* device) { return *device = 0, cudaSuccess; }
cudaError_t cudaSetDevice(int device) {
  return device == 0 ? cudaSuccess : last_error = cudaErrorInvalidDevice;
}
cudaError_t cudaGetLastError() { return std::exchange(last_error, cudaSuccess); }
cudaError_t cudaPeekAtLastError() { return last_error; }
const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaErrorInvalidConfiguration ? "invalid configuration argument" : "an error";
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int /*device*/) {
  switch (attribute) {
    case cudaDevAttrMultiProcessorCount:
      return *value = 3, cudaSuccess;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      return *value = static_cast<int>(sim::shared_limit), cudaSuccess;
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

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* pointer) {
  void* address = const_cast<void*>(pointer);
  *attributes = {cudaMemoryTypeDevice, 0, address, address};
  return cudaSuccess;
}

cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute /*attribute*/, int value) {
  if (value < 0 || static_cast<size_t>(value) > sim::shared_limit) return cudaErrorInvalidValue;
  dynamic_shared_of[kernel] = static_cast<size_t>(value);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind,
                            cudaStream_t) {
  std::memcpy(to, from, bytes);
  return cudaSuccess;
}

cudaError_t cudaMemcpy2DAsync(void* to, size_t to_pitch, const void* from, size_t from_pitch,
                              size_t width, size_t height, cudaMemcpyKind, cudaStream_t) {
  for (size_t i = 0; i < height; ++i) {
    std::memcpy(static_cast<char*>(to) + i * to_pitch,
                static_cast<const char*>(from) + i * from_pitch, width);
  }
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t) {
  std::memset(to, value, bytes);
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaSuccess; }
cudaError_t cudaDeviceSynchronize() { return cudaSuccess; }
