#include "cpu/threads.hpp"

#include <omp.h>

#include <algorithm>
#include <atomic>

namespace espalier::cpu {

namespace {

/** More do not help, and where they cannot be created OpenMP ends the program. */
constexpr int32_t most_threads = 1024;

std::atomic<int32_t> limit{0};

}  // namespace

void set_num_threads(int32_t threads) noexcept {
  limit.store(std::min(threads, most_threads), std::memory_order_relaxed);
}

int32_t num_threads() noexcept {
  const int32_t n = limit.load(std::memory_order_relaxed);
  return n > 0 ? n : omp_get_max_threads();
}

// The divisors are about what a core does in the time it takes to wake another.

int32_t threads_for_operations(int64_t operations) noexcept {
  return static_cast<int32_t>(std::clamp<int64_t>(operations >> 21, 1, num_threads()));
}

int32_t threads_for_elements(int64_t elements) noexcept {
  return static_cast<int32_t>(std::clamp<int64_t>(elements >> 14, 1, num_threads()));
}

}  // namespace espalier::cpu
