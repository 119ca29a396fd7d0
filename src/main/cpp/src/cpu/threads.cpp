#include "cpu/threads.hpp"

#include <omp.h>

#include <algorithm>
#include <atomic>

namespace espalier::cpu {

namespace {
std::atomic<int32_t> limit{0};
}

void set_num_threads(int32_t threads) noexcept { limit.store(threads, std::memory_order_relaxed); }

int32_t num_threads() noexcept {
  const int32_t n = limit.load(std::memory_order_relaxed);
  return n > 0 ? n : omp_get_max_threads();
}

int32_t threads_for(int64_t operations) noexcept {
  constexpr int64_t worth_a_thread = int64_t{1} << 21;  // about what waking one costs
  return static_cast<int32_t>(std::clamp<int64_t>(operations / worth_a_thread, 1, num_threads()));
}

}  // namespace espalier::cpu
