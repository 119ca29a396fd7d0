#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "shared_memory.h"

/** The simulated threads, and how they give way to each other (scheduler.cpp). */
namespace sim {

inline constexpr size_t max_threads = 1024;

/** What a thread waits for. */
enum class Waiting { no, block, warp, others, over };

/** An asynchronous copy that has been asked for. */
struct Copy {
  void* to;
  const void* from;
  size_t bytes, zeros_after;
};

struct Block;

/** A thread of a block, on a stack of its own. */
struct Fiber {
  explicit Fiber(Block& block);

  Block& block;
  std::unique_ptr<char[]> stack;
  void* top = nullptr;
  void* fake_stack = nullptr;
  Waiting waiting = Waiting::no;
  uint3 thread{};
  bool slow = false;  // beside blocks that run at the same time
  // With its warp.
  unsigned mask = 0;
  Combine combine = nullptr;
  void *in = nullptr, *out = nullptr;
  // At the block's barrier.
  int reduced = 0;
  int (*reduce)(int, int) = nullptr;
  // Of tickets.
  bool fenced = false, owes_fence = false;
  std::vector<std::vector<Copy>> copies;  // the last group is still open
};

/** A block that runs, alone or with the others of its launch. */
struct Block {
  uint3 place{};
  std::vector<Fiber> fibers;  // never moved: their stacks have pointers to them
  SharedMemory shared;

  Block() { fibers.reserve(max_threads); }
};

/** The kernel that runs, and what it was launched with. */
struct Launched {
  const char* name = "";
  const void* function = nullptr;
  size_t dynamic_bytes = 0;
};

extern Launched launched;
extern Place here;

/** The thread that runs. */
extern Fiber* current;

/** What the dynamic shared memory goes by. */
extern const char dynamic_key;

/** Lets others run until this thread's turn comes again. */
void to_scheduler();

/** At a barrier, and at the end: fences before it do not count after it. */
void begin_interval();

}  // namespace sim
