#include "kernels.hpp"

namespace espalier::cpu::ESPALIER_ISA {

ESPALIER_DEFINE_TABLE

}  // namespace espalier::cpu::ESPALIER_ISA
