#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "error.hpp"

/**
 * What every kernel source starts from. The same sources are compiled by a plain C++ compiler for
 * the tests (src/test/cpp/sim), whose cuda_runtime.h has its own of these macros: kernels are
 * launched and shared memory is declared through them alone.
 */

#ifdef __CUDACC__

/** kernel<<<grid, block, shared bytes, stream>>>(arguments) */
#define ESP_LAUNCH(kernel, grid, block, shared, stream, ...) \
  kernel<<<grid, block, shared, stream>>>(__VA_ARGS__)

/** The same for a kernel whose blocks wait for each other (ticket.cuh): all run at the same time,
   or none does and the result says so. At most most_together() blocks, without dynamic shared
   memory.
 */
#define ESP_LAUNCH_TOGETHER(kernel, grid, block, stream, ...) \
  ::espalier::cuda::launch_together(kernel, grid, block, stream, __VA_ARGS__)

/** A variable of a block: ESP_SHARED(tile, float[32][33]); */
#define ESP_SHARED(name, ...) __shared__ ::espalier::cuda::Type<__VA_ARGS__> name

/** The block's dynamic shared memory, 128-byte aligned, as a pointer to T. */
#define ESP_DYNAMIC_SHARED(name, T)                            \
  extern __shared__ __align__(128) unsigned char esp_shared[]; \
  T* const name = reinterpret_cast<T*>(esp_shared)

#endif

namespace espalier::cuda {

template <class T>
using Type = T;

inline constexpr int warp_size = 32;
inline constexpr unsigned all_lanes = 0xffffffffU;

/** Throws ESP_CUDA_ERROR with the runtime's own words. */
inline void check(cudaError_t error) {
  if (error == cudaSuccess) return;
  cudaGetLastError();  // errors that are not sticky must not stop the next call
  const auto status = error == cudaErrorMemoryAllocation ? ESP_OUT_OF_MEMORY : ESP_CUDA_ERROR;
  throw Error{status, cudaGetErrorString(error)};
}

/** After a launch: whether it was possible. What the kernel does wrong shows later. */
inline void check_launch() { check(cudaGetLastError()); }

/**
 * Lets a kernel have `most` bytes of dynamic shared memory, the most that any launch of it asks
 * for. Before every launch with dynamic shared memory: of the 48 KB that are granted unasked,
 * static shared memory is taken first. And always the same constant: host threads that launch the
 * kernel at a time must not undo each other's.
 */
template <size_t most, class Kernel>
void allow_shared(Kernel* kernel) {
  check(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                             cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(most)));
}

/** An attribute of the current device. */
inline int device_attribute(cudaDeviceAttr attribute) {
  int device = 0, value = 0;
  check(cudaGetDevice(&device));
  check(cudaDeviceGetAttribute(&value, attribute, device));
  return value;
}

/** How many blocks of a kernel the current device runs at the same time; 0 where it cannot promise
    that. A process that is granted a part of the device may still find them too many. */
template <class Kernel>
unsigned most_together(Kernel* kernel, int threads) {
  if (device_attribute(cudaDevAttrCooperativeLaunch) == 0) return 0;
  int residents = 0;
  check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&residents, kernel, threads, 0));
  return static_cast<unsigned>(residents * device_attribute(cudaDevAttrMultiProcessorCount));
}

#ifdef __CUDACC__
template <class... Parameters>
cudaError_t launch_together(void (*kernel)(Parameters...), unsigned blocks, unsigned threads,
                            cudaStream_t stream, const Type<Parameters>&... arguments) {
  cudaLaunchAttribute together = {};
  together.id = cudaLaunchAttributeCooperative;
  together.val.cooperative = 1;
  cudaLaunchConfig_t launch = {};
  launch.gridDim = blocks;
  launch.blockDim = threads;
  launch.stream = stream;
  launch.attrs = &together;
  launch.numAttrs = 1;
  return cudaLaunchKernelEx(&launch, kernel, arguments...);
}
#endif

inline cudaStream_t stream_of(void* stream) { return static_cast<cudaStream_t>(stream); }

/** Copies a small result to the host and waits for it. */
template <class T>
T fetch(const T* device, cudaStream_t stream) {
  T host;
  check(cudaMemcpyAsync(&host, device, sizeof(T), cudaMemcpyDeviceToHost, stream));
  check(cudaStreamSynchronize(stream));
  return host;
}

__host__ __device__ constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace espalier::cuda
