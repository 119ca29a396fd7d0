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

/**
 * Opens a gate, a word in device memory, for the blocks that wait for this mark. For one thread of
 * a block: what it wrote, and the block before its last barrier, is seen behind the gate.
 */
__device__ inline void open_gate(unsigned* gate, unsigned mark) {
  __threadfence();
#ifdef __CUDACC__
  asm volatile("st.relaxed.gpu.u32 [%0], %1;" ::"l"(gate), "r"(mark) : "memory");
#else
  sim::open_gate(gate, mark);
#endif
}

/** What a gate is open for at this moment. */
__device__ inline unsigned read_gate(const unsigned* gate) {
#ifdef __CUDACC__
  unsigned mark;
  asm volatile("ld.relaxed.gpu.u32 %0, [%1];" : "=r"(mark) : "l"(gate) : "memory");
  return mark;
#else
  return sim::read_gate(gate);
#endif
}

/**
 * Waits until another block has opened the gate for this mark. For one thread of a block, before a
 * barrier; only where all blocks run at the same time (ESP_LAUNCH_TOGETHER).
 */
__device__ inline void wait_at_gate(const unsigned* gate, unsigned mark) {
  while (read_gate(gate) != mark) {
  }
  __threadfence();
}

}  // namespace espalier::cuda
