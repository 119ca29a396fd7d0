#include "cpu/ops.hpp"

namespace espalier::cpu::ESPALIER_ISA {

const Kernels table = {
    count_zeros,
};

}  // namespace espalier::cpu::ESPALIER_ISA
