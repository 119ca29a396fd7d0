#pragma once

#include <cstdint>

namespace espalier::cuda {

/** Number of usable CUDA devices; 0 when there is no driver. */
int32_t device_count() noexcept;

}  // namespace espalier::cuda
