#include "kernels.hpp"

namespace espalier::cuda {

ESPALIER_DEFINE_TABLE

}  // namespace espalier::cuda
