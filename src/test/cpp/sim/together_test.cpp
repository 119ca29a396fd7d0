#include <gtest/gtest.h>

#include <vector>

#include "ticket.cuh"

using namespace espalier::cuda;

namespace {

/** What a kernel with faults leaves out. */
enum class Fault {
  none,
  no_barrier_before,  // between what a block writes and its ticket
  no_wait,            // for the block that comes last
  no_barrier_after,   // between the thread that waits and its block
  no_fence_to_open,
  no_fence_behind
};

/** Adds up what the blocks bring, twice: each round every block adds the sum of the one before, and
    keeps in `seen` what it found. */
__global__ void add_up(Fault fault, unsigned* counter, unsigned* gate, int* brought, int* sum,
                       int* seen) {
  const auto own = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  for (unsigned round = 1; round <= 2; ++round) {
    __syncthreads();
    brought[own] = round == 1 ? own : *sum;
    if (fault != Fault::no_barrier_before) __syncthreads();
    if (threadIdx.x == 0) {
      if (take_ticket(counter, gridDim.x) == gridDim.x - 1) {
        *sum = 0;
        for (unsigned i = 0; i < gridDim.x * blockDim.x; ++i) *sum += brought[i];
        if (fault == Fault::no_fence_to_open) __syncthreads();
        if (fault == Fault::no_fence_to_open) {
          sim::open_gate(gate, round);
        } else {
          open_gate(gate, round);
        }
      } else if (fault == Fault::no_fence_behind) {
        while (read_gate(gate) != round) {
        }
      } else if (fault != Fault::no_wait) {
        wait_at_gate(gate, round);
      }
    }
    if (fault != Fault::no_barrier_after) __syncthreads();
    seen[own] = *sum;
  }
}

constexpr unsigned blocks = 6, threads = 64;
constexpr int all = static_cast<int>(blocks * threads);
constexpr int first_sum = all * (all - 1) / 2;

/** Whether every thread sees the last sum, whatever the order is in which threads go on. */
bool is_right(Fault fault) {
  bool right = true;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    sim::seed(seed);
    unsigned counter = 0, gate = 0;
    int sum = -1;
    std::vector<int> brought(all, -1), seen(all, -1);
    EXPECT_EQ(cudaSuccess, ESP_LAUNCH_TOGETHER(add_up, blocks, threads, nullptr, fault, &counter,
                                               &gate, brought.data(), &sum, seen.data()));
    right = right && seen == std::vector<int>(all, first_sum * all);
  }
  return right;
}

__global__ void wait_for_nobody(unsigned* gate) {
  if (threadIdx.x == 0) wait_at_gate(gate, 1);
  __syncthreads();
}

}  // namespace

TEST(Together, BlocksWaitForTheLastOfThem) { EXPECT_TRUE(is_right(Fault::none)); }

TEST(Together, WhatIsLeftOutShowsAsAWrongSum) {
  EXPECT_FALSE(is_right(Fault::no_barrier_before));
  EXPECT_FALSE(is_right(Fault::no_wait));
  EXPECT_FALSE(is_right(Fault::no_barrier_after));
}

TEST(TogetherDeathTest, GatesStandBetweenFences) {
  EXPECT_DEATH(is_right(Fault::no_fence_to_open), "opened without a fence since the last barrier");
  EXPECT_DEATH(is_right(Fault::no_fence_behind), "a gate without a fence between it and the next");
}

TEST(TogetherDeathTest, WaitingForWhatNeverComesIsReported) {
  unsigned gate = 0;
  EXPECT_DEATH(ESP_LAUNCH_TOGETHER(wait_for_nobody, 3, 32, nullptr, &gate),
               "blocks wait for each other");
}

TEST(TogetherDeathTest, OnlyBlocksThatRunTogetherMayWait) {
  unsigned gate = 0;
  EXPECT_DEATH(ESP_LAUNCH(wait_for_nobody, 3, 32, 0, nullptr, &gate),
               "need not run at the same time");
}

TEST(Together, NoMoreBlocksThanTheDeviceHasRoomFor) {
  unsigned gate = 1;
  const unsigned most = most_together(wait_for_nobody, 512);
  EXPECT_EQ(6U, most);
  EXPECT_EQ(cudaSuccess, ESP_LAUNCH_TOGETHER(wait_for_nobody, most, 512, nullptr, &gate));
  EXPECT_EQ(cudaErrorCooperativeLaunchTooLarge,
            ESP_LAUNCH_TOGETHER(wait_for_nobody, most + 1, 512, nullptr, &gate));
  EXPECT_EQ(cudaErrorCooperativeLaunchTooLarge, cudaGetLastError());
  sim::set_together(1);
  EXPECT_EQ(6U, most_together(wait_for_nobody, 512));
  EXPECT_EQ(cudaErrorCooperativeLaunchTooLarge,
            ESP_LAUNCH_TOGETHER(wait_for_nobody, most, 512, nullptr, &gate));
  cudaGetLastError();
  sim::set_together(0);
  EXPECT_EQ(0U, most_together(wait_for_nobody, 512));
  sim::set_together(3);
}
