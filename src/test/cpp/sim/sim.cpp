#include <cuda_runtime.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "fiber.h"
#include "internals.h"

namespace sim {

const Place& place() { return here; }

SharedMemory& shared_memory() { return current->block.shared; }

unsigned thread_number() { return static_cast<unsigned>(current - current->block.fibers.data()); }
unsigned lane() { return thread_number() % 32; }

void block_barrier() {
  begin_interval();
  current->reduce = nullptr;
  current->waiting = Waiting::block;
  to_scheduler();
}

int block_reduce(int value, int (*combine)(int, int)) {
  begin_interval();
  current->reduced = value;
  current->reduce = combine;
  current->waiting = Waiting::block;
  to_scheduler();
  return current->reduced;
}

void* shared(const void* key, size_t bytes, size_t alignment) {
  const size_t used = shared_memory().used();
  void* variable = shared_memory().variable(key, bytes, alignment);
  if (shared_memory().used() > used)
    note_static(launched.function, key, bytes, launched.dynamic_bytes);
  return variable;
}

void* dynamic_shared() {
  if (launched.dynamic_bytes == 0) fail("the launch gave no dynamic shared memory");
  return shared_memory().variable(&dynamic_key, launched.dynamic_bytes, 128);
}

void fence() {
  current->fenced = true;
  current->owes_fence = false;
}

void take_ticket() {
  if (!current->fenced) fail("a ticket without a fence between it and the last barrier");
  current->owes_fence = true;
}

void open_gate(unsigned* gate, unsigned mark) {
  if (!current->fenced) fail("a gate is opened without a fence since the last barrier");
  *gate = mark;
  to_scheduler();  // what this thread writes from now on, others may already miss
}

unsigned read_gate(const unsigned* gate) {
  if (!is_together()) fail("a block waits for others, which need not run at the same time");
  current->waiting = Waiting::others;
  to_scheduler();
  current->owes_fence = true;
  return *gate;
}

void fence_async_proxy() { shared_memory().fence(thread_number()); }

void with_warp(unsigned mask, Combine combine, void* in, void* out) {
  Fiber& self = *current;
  const unsigned own = lane();
  Fiber* warp = &self - own;
  const size_t size =
      static_cast<size_t>(here.block_size.x) * here.block_size.y * here.block_size.z;
  const auto lanes =
      std::min<size_t>(32, size - static_cast<size_t>(warp - self.block.fibers.data()));
  if (lanes < 32 && mask == 0xffffffffU) mask = (1U << lanes) - 1;
  if ((mask >> own & 1) == 0) fail("a lane takes part in an operation whose mask lacks it");
  self.mask = mask;
  self.combine = combine;
  self.in = in;
  self.out = out;
  self.waiting = Waiting::warp;
  void* given[32] = {};
  void* taken[32] = {};
  for (unsigned l = 0; l < lanes; ++l) {
    if ((mask >> l & 1) == 0) continue;
    Fiber& other = warp[l];
    if (other.waiting != Waiting::warp) {
      to_scheduler();
      return;
    }
    if (other.mask != mask || other.combine != combine) {
      fail("lanes of a warp meet in different operations");
    }
    given[l] = other.in;
    taken[l] = other.out;
  }
  combine(mask, given, taken);
  for (unsigned l = 0; l < lanes; ++l) {
    if ((mask >> l & 1) != 0) warp[l].waiting = Waiting::no;
  }
  // This lane goes on only when its turn comes: the others may be first.
  to_scheduler();
}

void defer_copy(void* to, const void* from, size_t bytes, size_t zeros_after) {
  const size_t size = bytes + zeros_after;
  if (reinterpret_cast<uintptr_t>(to) % size != 0 || reinterpret_cast<uintptr_t>(from) % size != 0)
    fail("an asynchronous copy is not aligned to its size");
  current->copies.back().push_back({to, from, bytes, zeros_after});
}

void commit_copies() { current->copies.emplace_back(); }

void wait_for_copies(int groups_still_allowed) {
  auto& copies = current->copies;
  while (copies.size() > static_cast<size_t>(groups_still_allowed) + 1) {
    for (const Copy& copy : copies.front()) {
      if (copy.bytes > 0) std::memcpy(copy.to, copy.from, copy.bytes);
      std::memset(static_cast<char*>(copy.to) + copy.bytes, 0, copy.zeros_after);
      shared_memory().note_copy(copy.to, thread_number());
    }
    copies.erase(copies.begin());
  }
}

float f32_from_f16(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int mantissa = bits & 1023;
  const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
  if (exponent == 31) return mantissa == 0 ? sign * INFINITY : std::copysign(NAN, sign);
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
  return sign * std::ldexp(static_cast<float>(1024 + mantissa), exponent - 25);
}

}  // namespace sim
