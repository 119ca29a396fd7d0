#pragma once

#include <cstdint>

namespace espalier::cpu {

/** Threads a call may use; 0 restores OpenMP's default. */
void set_num_threads(int32_t threads) noexcept;
int32_t num_threads() noexcept;

/** num_threads(), or fewer where so few elements are not worth waking them. */
int32_t threads_for(int64_t elements) noexcept;

}  // namespace espalier::cpu
