#pragma once

#include "cpu/kernels.hpp"

/** The kernels of one instruction set; table.cpp collects them. */
namespace espalier::cpu::ESPALIER_ISA {

int64_t count_zeros(const esp_matrix& w);

}  // namespace espalier::cpu::ESPALIER_ISA
