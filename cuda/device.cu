#include "cuda.hpp"
#include "runtime.cuh"

namespace espalier::cuda {

int32_t device_count() noexcept {
  static const int32_t devices = [] {
    int count = 0;
    if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
    cudaGetLastError();  // else the next launch would report it
    return 0;
  }();
  return devices;
}

bool has_fast_f64(int32_t device) noexcept {
  int f32_per_f64 = 1;
  if (device < device_count()) {
    cudaDeviceGetAttribute(&f32_per_f64, cudaDevAttrSingleToDoublePrecisionPerfRatio, device);
  }
  return f32_per_f64 <= 2;
}

bool reaches(int32_t device, const void* address) noexcept {
  cudaPointerAttributes attributes;
  if (cudaPointerGetAttributes(&attributes, address) != cudaSuccess) {
    cudaGetLastError();
    return false;
  }
  switch (attributes.type) {
    case cudaMemoryTypeDevice:
      return attributes.device == device;
    case cudaMemoryTypeManaged:
      return true;
    case cudaMemoryTypeHost:
      return attributes.devicePointer == address;
    default:
      return false;
  }
}

int32_t make_current(int32_t device) {
  int previous = 0;
  check(cudaGetDevice(&previous));
  if (previous != device) check(cudaSetDevice(device));
  return previous;
}

void restore_current(int32_t device) noexcept { cudaSetDevice(device); }

}  // namespace espalier::cuda
