#pragma once

#include <cstdint>

/**
 * Tensor instructions, element by element as the PTX ISA spreads them over registers and lanes; all
 * lanes of a warp take part.
 *
 * Sums in f32 lose digits as Fasi et al. (Numerical behavior of NVIDIA tensor cores, PeerJ Computer
 * Science 7:e330, 2021) found on an A100: eight products at a time (four of tf32) and the
 * accumulator are aligned to the largest of them, cut after one bit more than f32 has, added, and
 * the sum is cut to f32. Later devices keep at least as many bits.
 */
namespace sim {

/** mma.m16n8k16 of f16 or bf16 pairs, summed in f32. */
void mma_16x8x16(float* d, const uint32_t* a, const uint32_t* b, bool f16);

/** mma.m16n8k8 of tf32, summed in f32. */
void mma_16x8x8(float* d, const float* a, const float* b);

/** mma.m8n8k4 of f64; a and b are one register each, d two. */
void mma_8x8x4(double* d, double a, double b);

/** ldmatrix.x4.trans. */
void load_transposed(uint32_t* to, const void* row);

}  // namespace sim
