#include "shared_memory.h"

#include <cuda_runtime.h>

#include <algorithm>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace sim {

namespace {

constexpr size_t guard = 128;

}  // namespace

SharedMemory::SharedMemory() : memory_(new (std::align_val_t{alignment}) unsigned char[capacity]) {
  reset();
}

void SharedMemory::reset() {
  std::fill_n(writes_.begin(), used_ / chunk + 1, Write{});
  used_ = 0;
  variables_.clear();
#if defined(__SANITIZE_ADDRESS__)
  ASAN_POISON_MEMORY_REGION(memory_.get(), capacity);
#endif
}

void* SharedMemory::variable(const void* key, size_t bytes, size_t wanted) {
  const auto known = variables_.find(key);
  if (known != variables_.end()) return known->second;
  wanted = std::max<size_t>(wanted, 128);
  const size_t at = (used_ + guard + wanted - 1) / wanted * wanted;
  used_ = at + bytes;
  if (used_ + guard > capacity) fail("the simulated shared memory is full");
  unsigned char* start = memory_.get() + at;
#if defined(__SANITIZE_ADDRESS__)
  ASAN_UNPOISON_MEMORY_REGION(start, bytes);
#endif
  std::memset(start, 0xFF, bytes);
  return variables_[key] = start;
}

size_t SharedMemory::address(const void* byte) const {
  const auto at = reinterpret_cast<uintptr_t>(byte) - reinterpret_cast<uintptr_t>(memory_.get());
  return std::min<size_t>(at, capacity);
}

void SharedMemory::note_copy(const void* to, unsigned thread) {
  const size_t at = address(to);
  if (at < capacity) writes_[at / chunk] = {thread + 1, fences_[thread]};
}

bool SharedMemory::is_fenced(size_t address) const {
  if (address >= capacity) fail("an address is beyond shared memory");
  const Write& last = writes_[address / chunk];
  return last.by == 0 || last.fences != fences_[last.by - 1];
}

uint32_t shared_address(const void* shared) {
  const size_t address = shared_memory().address(shared);
  if (address >= 1 << 18) fail("an address is not one of shared memory");
  return static_cast<uint32_t>(address);
}

}  // namespace sim
