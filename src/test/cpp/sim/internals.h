#pragma once

#include <cuda_runtime.h>

#include <cstddef>

/** What the simulator's own files know of each other. */
namespace sim {

/** The running thread's number in its block. */
unsigned thread_number();

/** What a block may have of shared memory unasked, and if its kernel was allowed it. */
inline constexpr size_t shared_default = 48 * 1024;
size_t shared_optin();

/** Whether a kernel may be launched with so much dynamic shared memory, beside as much static as is
    known to be its. */
bool may_launch(const void* kernel, size_t dynamic_bytes);

/** A block of a kernel that was launched with so much dynamic shared memory has this static
   variable; ends the program if a device would have refused that launch. */
void note_static(const void* kernel, const void* variable, size_t bytes, size_t dynamic_bytes);

/** Whether so many blocks of so many threads may be launched to run at the same time. */
cudaError_t may_launch_together(unsigned blocks, unsigned threads);

/** Whether those of the running launch do. */
bool is_together();

void set_last_error(cudaError_t error);

/** Makes the current device's context, if it has none. */
void use_current_device();

bool launch_only();

void begin_wgmma_block(size_t threads);
void end_wgmma_thread();
void end_wgmma_block();

}  // namespace sim
