#pragma once

#include <cstdint>

/** What the rest of the library sees of CUDA, besides the kernels (kernels.hpp). */
namespace espalier::cuda {

/** Number of usable CUDA devices; 0 when there is no driver. Asked once. */
int32_t device_count() noexcept;

/** Whether a device computes in f64 at least half as fast as in f32; true of one that is not there.
 */
bool has_fast_f64(int32_t device) noexcept;

/** Whether kernels on this device may read and write at this address. */
bool reaches(int32_t device, const void* address) noexcept;

/** Makes a device the calling thread's current one and returns the one it was before. */
int32_t make_current(int32_t device);
void restore_current(int32_t device) noexcept;

}  // namespace espalier::cuda
