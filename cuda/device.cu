#include "device.cuh"

#include <cuda_runtime.h>

namespace espalier::cuda {

int32_t device_count() noexcept {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

}  // namespace espalier::cuda
