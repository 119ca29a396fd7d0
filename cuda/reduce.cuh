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

/** The sum over the threads before this one in a block of `threads`, a multiple of 32. */
template <int threads, class T>
__device__ inline T block_sum_before(T value, T* total = nullptr) {
  constexpr int warps = threads / warp_size;
  ESP_SHARED(sums, T[warps]);
  const unsigned lane = threadIdx.x % warp_size, warp = threadIdx.x / warp_size;
  T up_to = value;
#pragma unroll
  for (unsigned distance = 1; distance < warp_size; distance *= 2) {
    const T other = __shfl_up_sync(all_lanes, up_to, distance);
    if (lane >= distance) up_to += other;
  }
  __syncthreads();  // the sums of a call before this one may still be read
  if (lane == warp_size - 1) sums[warp] = up_to;
  __syncthreads();
  T before = up_to - value, all = 0;
#pragma unroll
  for (unsigned w = 0; w < warps; ++w) {
    if (w == warp) before += all;
    all += sums[w];
  }
  if (total != nullptr) *total = all;
  return before;
}

}  // namespace espalier::cuda
