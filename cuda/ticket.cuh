#pragma once

#include "runtime.cuh"

namespace espalier::cuda {

/**
 * How many of `blocks` have come before; the last one sets the counter back to 0. For one thread of
 * a block, between two barriers: what the block wrote before the first one is seen, by blocks that
 * take later tickets, behind the second. The fences are this thread's own, on both sides: a fence
 * orders what its thread has observed, by way of the barrier the whole block's writes, around the
 * atomic operation, which by itself orders nothing.
 */
__device__ inline unsigned take_ticket(unsigned* counter, unsigned blocks) {
  __threadfence();
  const unsigned ticket = atomicInc(counter, blocks - 1);
  __threadfence();
  return ticket;
}

}  // namespace espalier::cuda
