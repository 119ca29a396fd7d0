#include "cpu/threads.hpp"

#include <omp.h>

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

int32_t threads_for(int64_t elements) noexcept {
  const int64_t useful = 1 + elements / 16384;
  return useful < num_threads() ? static_cast<int32_t>(useful) : num_threads();
}

}  // namespace espalier::cpu
