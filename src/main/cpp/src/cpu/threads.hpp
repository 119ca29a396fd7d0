#pragma once

#include <cstdint>

namespace espalier::cpu {

/** Threads a call may use; 0 restores OpenMP's default. */
void set_num_threads(int32_t threads) noexcept;
int32_t num_threads() noexcept;

/** Threads worth waking for so many arithmetic operations: at most num_threads(). */
int32_t threads_for(int64_t operations) noexcept;

}  // namespace espalier::cpu
