#pragma once

#include "workspace_arrays.hpp"

namespace espalier::cuda {

/** Arrays are apart as those of cudaMalloc are. */
using Workspace = WorkspaceArrays<256>;

}  // namespace espalier::cuda
