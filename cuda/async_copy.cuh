#pragma once

#include "runtime.cuh"

/** Copies from global to shared memory that pass the registers by (cp.async, sm_80 and newer). */
namespace espalier::cuda {

/**
 * Begins to copy `size` bytes, 4, 8 or 16, of which only the first `bytes` are read; the rest
 * become zeros. Both addresses are multiples of `size`; `from` may be anything when `bytes` is 0.
 * 16 bytes go around the first-level cache.
 */
template <int size>
__device__ inline void copy_async(void* to, const void* from, int bytes) {
  static_assert(size == 4 || size == 8 || size == 16);
#ifdef __CUDACC__
  const auto shared = static_cast<unsigned>(__cvta_generic_to_shared(to));
  if constexpr (size == 16) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared), "l"(from),
                 "r"(bytes)
                 : "memory");
  } else {
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" ::"r"(shared), "l"(from),
                 "n"(size), "r"(bytes)
                 : "memory");
  }
#else
  sim::defer_copy(to, from, static_cast<size_t>(bytes), static_cast<size_t>(size - bytes));
#endif
}

/** Closes the group of this thread's copies since the last call. */
__device__ inline void commit_copies() {
#ifdef __CUDACC__
  asm volatile("cp.async.commit_group;" ::: "memory");
#else
  sim::commit_copies();
#endif
}

/** Waits until at most `groups` of this thread's groups are still under way. */
template <int groups>
__device__ inline void wait_for_copies() {
#ifdef __CUDACC__
  asm volatile("cp.async.wait_group %0;" ::"n"(groups) : "memory");
#else
  sim::wait_for_copies(groups);
#endif
}

}  // namespace espalier::cuda
