#pragma once

#include <cstdint>

/**
 * The tensor instructions of a warpgroup, which read their operands from shared memory through
 * descriptors: these are decoded bit by bit as the PTX ISA lays them out.
 *
 * A wgmma takes place somewhere between its issue and the end of the wait for it. So it must find
 * the same operands at both ends, when the first thread of the warpgroup issues it and when each
 * warp has waited; and a thread has its results only after it has waited. Sums lose digits as those
 * of mma do (tensor_cores.h).
 */
namespace sim {

/**
 * wgmma.mma_async.m64n192k16, both operands of f16 or bf16 and MN-major in 128-byte swizzle mode,
 * summed in f32: d = a b or d += a b.
 */
void wgmma_64x192x16(float (*d)[4], uint64_t a, uint64_t b, bool add, bool f16);

void wgmma_fence();
void wgmma_commit();
void wgmma_wait(int groups_still_allowed);

}  // namespace sim
