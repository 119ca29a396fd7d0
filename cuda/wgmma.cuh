#pragma once

#include "element.cuh"

/**
 * Tensor instructions of a warpgroup (sm_90a and nothing newer): four warps, the first one's number
 * a multiple of four. They read both operands from shared memory by themselves, asynchronously:
 *   fence_async_proxy(), by all who wrote operands, and a barrier;
 *   wgmma_fence(d), wgmma(d, ...) as often as need be, wgmma_commit();
 *   wgmma_wait<n>(d) before d is used, or the operands' memory written again.
 */
namespace espalier::cuda {

inline constexpr int warpgroup_size = 4 * warp_size;

/**
 * A thread's part of a result [64, 192]. With w for the warp in its group, g = lane / 4 and
 * t = lane % 4: d[n][0], d[n][1] are row 16 w + g, columns 8 n + 2 t, 8 n + 2 t + 1; d[n][2],
 * d[n][3] are row 16 w + g + 8. (PTX ISA 9.0, figure 149)
 */
using WgmmaSums = float[24][4];

/** The address of shared memory as instructions count it. */
__device__ inline uint32_t shared_address(const void* shared) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(shared));
}

/** Strips (strips.cuh) start at a multiple of this: where the pattern of the swizzle does. */
inline constexpr int swizzle_bytes = 1024;

/**
 * Describes an operand of wgmma: a matrix [k, columns] in strips of 128 bytes of columns that are
 * `strip_bytes` apart. In the terms of the PTX ISA (9.0, 9.7.15.5.1.2) it is MN-major in 128-byte
 * swizzle mode, whose canonical layout for 16-bit elements is
 * Swizzle<3, 4, 3> o ((8, 8, m), (8, k)) : ((1, 8, LBO), (64, SBO)): the leading dimension offset
 * leads from strip to strip, the stride dimension offset from 8 rows to the next 8.
 */
__device__ inline uint64_t describe_strips(const unsigned char* strips, int strip_bytes) {
  constexpr uint64_t mode_128 = 1, eight_rows = 8 * 128;
  return (shared_address(strips) & 0x3ffff) >> 4 | static_cast<uint64_t>(strip_bytes >> 4) << 16 |
         eight_rows >> 4 << 32 | mode_128 << 62;
}

/** The same strips from a later row on; `rows` is a multiple of 8. */
__device__ inline uint64_t from_row(uint64_t strips, int rows) {
  return strips + static_cast<uint64_t>(rows * 128 >> 4);
}

/** Makes what this thread wrote to shared memory, copies included that it has waited for, visible
    to wgmma after the next barrier. */
__device__ inline void fence_async_proxy() {
#ifdef __CUDACC__
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
#else
  sim::fence_async_proxy();
#endif
}

#ifdef __CUDACC__
/** Keeps the compiler from moving uses of d across this place: to it, a wgmma is done at once. */
__device__ inline void pin(WgmmaSums& d) {
#pragma unroll
  for (auto& quad : d) {
#pragma unroll
    for (float& sum : quad) asm volatile("" : "+f"(sum)::"memory");
  }
}
#endif

/** Before the first wgmma, and before the next one after d was used. */
__device__ inline void wgmma_fence(WgmmaSums& d) {
#ifdef __CUDACC__
  pin(d);
  asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#else
  (void)d;
  sim::wgmma_fence();
#endif
}

/**
 * Begins d = a^T b, or d += a^T b if `add`, for strips a [16, 64] and b [16, 192] of f16 or bf16:
 * the products are exact, sums are cut to f32.
 */
template <class T>
__device__ inline void wgmma(WgmmaSums& d, uint64_t a, uint64_t b, bool add) {
#ifdef __CUDACC__
#define ESP_QUAD(n) "+f"(d[n][0]), "+f"(d[n][1]), "+f"(d[n][2]), "+f"(d[n][3])
#define ESP_QUADS(n) ESP_QUAD(n), ESP_QUAD(n + 1), ESP_QUAD(n + 2), ESP_QUAD(n + 3)
// The ones: a and b as they are, not negated; both transposed, that is MN-major.
#define ESP_WGMMA(type)                                                                       \
  asm volatile(                                                                               \
      "{\n"                                                                                   \
      ".reg .pred add;\n"                                                                     \
      "setp.ne.b32 add, %98, 0;\n"                                                            \
      "wgmma.mma_async.sync.aligned.m64n192k16.f32." type "." type                            \
      " {%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, "         \
      "%17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, %32, "      \
      "%33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, "      \
      "%49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, %64, "      \
      "%65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, %80, "      \
      "%81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95}, "          \
      "%96, %97, add, 1, 1, 1, 1;\n"                                                          \
      "}"                                                                                     \
      : ESP_QUADS(0), ESP_QUADS(4), ESP_QUADS(8), ESP_QUADS(12), ESP_QUADS(16), ESP_QUADS(20) \
      : "l"(a), "l"(b), "r"(static_cast<int>(add)))
  if constexpr (std::is_same_v<T, F16>) {
    ESP_WGMMA("f16");
  } else {
    ESP_WGMMA("bf16");
  }
#undef ESP_WGMMA
#undef ESP_QUADS
#undef ESP_QUAD
#else
  sim::wgmma_64x192x16(d, a, b, add, std::is_same_v<T, F16>);
#endif
}

/** Closes the group of the warpgroup's wgmma since the last call. */
__device__ inline void wgmma_commit() {
#ifdef __CUDACC__
  asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
#else
  sim::wgmma_commit();
#endif
}

/** Waits until at most `groups` groups are still under way; d may be used when it is none. */
template <int groups>
__device__ inline void wgmma_wait(WgmmaSums& d) {
#ifdef __CUDACC__
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(groups) : "memory");
  pin(d);
#else
  (void)d;
  sim::wgmma_wait(groups);
#endif
}

}  // namespace espalier::cuda
