#pragma once

#include "runtime.cuh"

/** Sums over a warp and over a block, always in the same order. */
namespace espalier::cuda {

/** The sum over the warp, in every lane. */
template <class T>
__device__ inline T warp_sum(T value) {
  for (int distance = warp_size / 2; distance > 0; distance /= 2) {
    value += __shfl_xor_sync(all_lanes, value, distance);
  }
  return value;
}

/** The sum over a block of `threads`, a multiple of 32, in every thread. */
template <int threads, class T>
__device__ inline T block_sum(T value) {
  constexpr int warps = threads / warp_size;
  ESP_SHARED(partial, T[warps]);
  value = warp_sum(value);
  __syncthreads();  // a sum before this one may still be read
  if (threadIdx.x % warp_size == 0) partial[threadIdx.x / warp_size] = value;
  __syncthreads();
  T sum = 0;
  for (int w = 0; w < warps; ++w) sum += partial[w];
  return sum;
}

}  // namespace espalier::cuda
