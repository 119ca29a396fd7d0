#pragma once

#include "element.cuh"

/**
 * Tensor instructions of a warp (sm_80 and newer). Fragments are as the PTX ISA lays them out; with
 * g = lane / 4 and t = lane % 4:
 *   a, 16 x k:  registers hold rows g, g + 8, then the same rows further right
 *   b, k x 8:   column g
 *   d, 16 x 8:  d[0], d[1] are row g, columns 2t, 2t + 1; d[2], d[3] are row g + 8
 */
namespace espalier::cuda {

/**
 * d += a b for a [16, 16] and b [16, 8] of f16 or bf16, two in a register: the products are exact,
 * sums are cut to f32.
 * @param a (g, 2t), (g + 8, 2t), (g, 2t + 8), (g + 8, 2t + 8), each with its right neighbour
 * @param b (2t, g), (2t + 8, g), each with its lower neighbour
 */
template <class T>
__device__ inline void mma(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
#ifdef __CUDACC__
  if constexpr (std::is_same_v<T, F16>) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  } else {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  }
#else
  sim::mma_16x8x16(d, a, b, std::is_same_v<T, F16>);
#endif
}

/**
 * d += a b for a [16, 8] and b [8, 8]; the last 13 bits of their elements count as zeros (tf32).
 * @param a (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4)
 * @param b (t, g), (t + 4, g)
 */
__device__ inline void mma(float (&d)[4], const float (&a)[4], const float (&b)[2]) {
#ifdef __CUDACC__
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(__float_as_uint(a[0])), "r"(__float_as_uint(a[1])), "r"(__float_as_uint(a[2])),
        "r"(__float_as_uint(a[3])), "r"(__float_as_uint(b[0])), "r"(__float_as_uint(b[1])));
#else
  sim::mma_16x8x8(d, a, b);
#endif
}

/** The same for f64, as a chain of fused multiply-adds. Before sm_90 it takes four instructions. */
__device__ inline void mma(double (&d)[4], const double (&a)[4], const double (&b)[2]) {
#ifndef __CUDACC__
  for (int k = 0; k < 2; ++k) {
    sim::mma_8x8x4(d, a[2 * k], b[k]);
    sim::mma_8x8x4(d + 2, a[2 * k + 1], b[k]);
  }
#elif __CUDA_ARCH__ >= 900
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f64.f64.f64.f64 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+d"(d[0]), "+d"(d[1]), "+d"(d[2]), "+d"(d[3])
      : "d"(a[0]), "d"(a[1]), "d"(a[2]), "d"(a[3]), "d"(b[0]), "d"(b[1]));
#else
#pragma unroll
  for (int k = 0; k < 2; ++k) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      asm volatile("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0, %1}, {%2}, {%3}, {%0, %1};"
                   : "+d"(d[2 * half]), "+d"(d[2 * half + 1])
                   : "d"(a[2 * k + half]), "d"(b[k]));
    }
  }
#endif
}

/**
 * Loads four transposed 8 x 8 matrices of 16-bit elements from shared memory: to[m] becomes
 * elements (2t, g) and (2t + 1, g) of matrix m.
 * @param row of lane l: the 16-byte aligned row l % 8 of matrix l / 8
 */
__device__ inline void load_transposed(uint32_t (&to)[4], const void* row) {
#ifdef __CUDACC__
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(static_cast<unsigned>(__cvta_generic_to_shared(row)))
               : "memory");
#else
  sim::load_transposed(to, row);
#endif
}

}  // namespace espalier::cuda
