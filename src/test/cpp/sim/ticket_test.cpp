#include "ticket.cuh"

#include <gtest/gtest.h>

using namespace espalier::cuda;

namespace {

__global__ void count_blocks(unsigned* counter, unsigned* last) {
  __syncthreads();
  if (threadIdx.x == 0 && take_ticket(counter, gridDim.x) == gridDim.x - 1) *last = blockIdx.x + 1;
  __syncthreads();
}

/** Where the fences stand: the block's before the barrier, the thread's before and after. */
__global__ void fence_at(bool block, bool before, bool after, unsigned* counter) {
  if (block) __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) {
    if (before) __threadfence();
    atomicInc(counter, gridDim.x - 1);
    if (after) __threadfence();
  }
  __syncthreads();
}

void launch(bool block, bool before, bool after) {
  unsigned counter = 0;
  ESP_LAUNCH(fence_at, 2, 64, 0, nullptr, block, before, after, &counter);
}

}  // namespace

TEST(Ticket, OneBlockIsTheLastAndTheCounterIsSetBack) {
  unsigned counter = 0, last = 0;
  for (int i = 0; i < 2; ++i) {
    ESP_LAUNCH(count_blocks, 5, 64, 0, nullptr, &counter, &last);
    EXPECT_EQ(0U, counter);
    EXPECT_TRUE(last >= 1 && last <= 5) << last;
    last = 0;
  }
}

TEST(TicketDeathTest, FencesOfTheTicketsThreadStandOnBothSides) {
  launch(false, true, true);
  EXPECT_DEATH(launch(true, false, true), "between it and the last barrier");
  EXPECT_DEATH(launch(true, true, false), "between it and the next barrier");
}
