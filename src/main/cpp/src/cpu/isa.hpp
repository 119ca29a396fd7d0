#pragma once

#include "kernels.hpp"

namespace espalier::cpu {

/** The kernels of the instruction set in use: the best of this machine unless select_isa said less.
 */
const Kernels& kernels() noexcept;

const char* isa_name() noexcept;

/** Picks "avx512", "avx2" or "portable"; nullptr picks the best. False if this machine lacks it. */
bool select_isa(const char* name) noexcept;

}  // namespace espalier::cpu
