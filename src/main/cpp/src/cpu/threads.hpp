#pragma once

#include <cstdint>

namespace espalier::cpu {

/** Threads a call may use; 0 restores OpenMP's default. */
void set_num_threads(int32_t threads) noexcept;
int32_t num_threads() noexcept;

}  // namespace espalier::cpu
