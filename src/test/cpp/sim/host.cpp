#include <chrono>
#include <cstdlib>
#include <cstring>

#include "cuda_runtime.h"

// The part of the runtime that programs use to call the library: memory and events.

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (device != 0) return cudaErrorInvalidDevice;
  std::strcpy(properties->name, "simulated device");
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** memory, size_t bytes) {
  // As aligned as a device's memory, and no more.
  *memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  if (*memory == nullptr) return cudaErrorMemoryAllocation;
  std::memset(*memory, 0xFF, bytes);
  return cudaSuccess;
}

cudaError_t cudaFree(void* memory) { return std::free(memory), cudaSuccess; }

cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, cudaMemcpyKind) {
  return std::memcpy(to, from, bytes), cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t* event) {
  return *event = new Clock::time_point(), cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  return delete static_cast<Clock::time_point*>(event), cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t) {
  return *static_cast<Clock::time_point*>(event) = Clock::now(), cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaSuccess; }

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t stop) {
  const auto elapsed =
      *static_cast<Clock::time_point*>(stop) - *static_cast<Clock::time_point*>(start);
  *milliseconds = std::chrono::duration<float, std::milli>(elapsed).count();
  return cudaSuccess;
}
