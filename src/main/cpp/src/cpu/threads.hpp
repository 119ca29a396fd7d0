#pragma once

#include <cstdint>

namespace espalier::cpu {

/** Threads a call may use; 0 restores OpenMP's default. */
void set_num_threads(int32_t threads) noexcept;
int32_t num_threads() noexcept;

/** Threads worth waking to do so much arithmetic; at most num_threads(). */
int32_t threads_for_operations(int64_t operations) noexcept;

/** Threads worth waking to stream over so many elements; at most num_threads(). */
int32_t threads_for_elements(int64_t elements) noexcept;

}  // namespace espalier::cpu
