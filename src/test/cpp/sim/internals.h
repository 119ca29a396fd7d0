#pragma once

#include <cstddef>
#include <cstdint>

/** What the simulator's own files know of each other. */
namespace sim {

/** The running thread's number in its block. */
unsigned thread_number();

/** Shared memory from an address (sim::shared_address) on. */
const unsigned char* shared_bytes(uint32_t address);

/** Whether the asynchronous copy that wrote a byte, if one did, was made visible to wgmma. */
bool is_fenced(uint32_t address);

void begin_wgmma_block(size_t threads);
void end_wgmma_thread();
void end_wgmma_block();

}  // namespace sim
