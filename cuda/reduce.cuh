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

/** The sum of integers over this lane and those before it, of the first `lanes` of the warp. */
template <int lanes, class T>
__device__ inline T warp_sum_up_to(T value) {
  const unsigned lane = threadIdx.x % warp_size;
#pragma unroll
  for (unsigned distance = 1; distance < lanes; distance *= 2) {
    const T other = __shfl_up_sync(all_lanes, value, distance);
    if (lane >= distance) value += other;
  }
  return value;
}

/** The sum of integers over the threads before this one, in a block of `threads`, a multiple of 32;
    `total`, if given, becomes the sum over all. */
template <int threads, class T>
__device__ inline T block_sum_before(T value, T* total = nullptr) {
  constexpr int warps = threads / warp_size;
  ESP_SHARED(sums, T[warps]);
  const unsigned lane = threadIdx.x % warp_size, warp = threadIdx.x / warp_size;
  const T up_to = warp_sum_up_to<warp_size>(value);
  __syncthreads();  // the sums of a call before this one may still be read
  if (lane == warp_size - 1) sums[warp] = up_to;
  __syncthreads();
  const T sum = lane < warps ? sums[lane] : 0;
  const T warps_up_to = warp_sum_up_to<warps>(sum);
  if (total != nullptr) *total = __shfl_sync(all_lanes, warps_up_to, warps - 1);
  return __shfl_sync(all_lanes, warps_up_to - sum, warp) + up_to - value;
}

}  // namespace espalier::cuda
