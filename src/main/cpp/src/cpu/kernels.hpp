#pragma once

#include <cstddef>
#include <cstdint>

#include "espalier/espalier.h"

/**
 * The CPU kernels. Arguments are already checked (api/check.hpp), workspaces are large enough.
 * Every kernel source is compiled once per instruction set (cmake/CpuKernels.cmake); this table is
 * how the rest of the library reaches one of those builds.
 */
namespace espalier::cpu {

struct Kernels {
  int64_t (*count_zeros)(const esp_matrix& w);
};

namespace portable {
extern const Kernels table;
}
namespace avx2 {
extern const Kernels table;
}
namespace avx512 {
extern const Kernels table;
}

}  // namespace espalier::cpu
