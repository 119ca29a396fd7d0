#pragma once

#include <cuda_runtime.h>

#include <cstddef>

/** What the simulator's own files know of each other. */
namespace sim {

/** The running thread's number in its block. */
unsigned thread_number();

/** How much dynamic shared memory a kernel may be launched with. */
size_t allowed_shared(const void* kernel);

void set_last_error(cudaError_t error);

void begin_wgmma_block(size_t threads);
void end_wgmma_thread();
void end_wgmma_block();

}  // namespace sim
