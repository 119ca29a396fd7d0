#pragma once

#include "workspace_arrays.hpp"

namespace espalier::cpu::ESPALIER_ISA {

/** Every array starts on a cache line. */
using Workspace = WorkspaceArrays<64>;

}  // namespace espalier::cpu::ESPALIER_ISA
