#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>
#include <vector>

#include "fiber.h"
#include "internals.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

// Saves the callee's registers on the running stack, its end in *rdi, and goes on from rsi.
asm(R"(
.text
.type espalier_sim_switch,@function
espalier_sim_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size espalier_sim_switch, .-espalier_sim_switch
)");
extern "C" void espalier_sim_switch(void** from, void* to);

namespace sim {

Launched launched;
Place here;
Fiber* current = nullptr;
const char dynamic_key = 0;

namespace {

constexpr size_t stack_bytes = 128 * 1024;

std::mt19937 random_order(1);

const std::function<void()>* body = nullptr;
std::vector<std::unique_ptr<Block>> blocks;
unsigned launch_count = 0;
bool together = false;  // whether all blocks of the launch run at the same time
void* scheduler = nullptr;

#if defined(__SANITIZE_ADDRESS__)
void* scheduler_fake = nullptr;
const void* scheduler_bottom = nullptr;
size_t scheduler_size = 0;
#endif

void resume(Fiber& fiber) {
  current = &fiber;
  here.thread = fiber.thread;
  here.block = fiber.block.place;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&scheduler_fake, fiber.stack.get(), stack_bytes);
#endif
  espalier_sim_switch(&scheduler, fiber.top);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(scheduler_fake, nullptr, nullptr);
#endif
}

/** Runs a thread of one block after another: `body` is the launch's. */
void run_threads() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &scheduler_bottom, &scheduler_size);
#endif
  for (;;) {
    (*body)();
    for (const auto& group : current->copies) {
      if (!group.empty()) fail("a thread ends without waiting for its asynchronous copies");
    }
    begin_interval();
    end_wgmma_thread();
    current->waiting = Waiting::over;
    to_scheduler();
  }
}

/** Lets the block's barrier go once every thread that still runs has come to it. */
bool release_block(Block& block, size_t threads) {
  int all = 0;
  bool first = true;
  for (size_t t = 0; t < threads; ++t) {
    Fiber& fiber = block.fibers[t];
    if (fiber.waiting == Waiting::over) continue;
    if (fiber.waiting != Waiting::block) return false;
    if (fiber.reduce != nullptr) all = first ? fiber.reduced : fiber.reduce(all, fiber.reduced);
    first = false;
  }
  if (first) return false;
  for (size_t t = 0; t < threads; ++t) {
    if (block.fibers[t].waiting != Waiting::block) continue;
    block.fibers[t].waiting = Waiting::no;
    block.fibers[t].reduced = all;
  }
  return true;
}

void start_block(Block& block, uint3 place, size_t threads) {
  block.place = place;
  block.shared.reset();
  if (launched.dynamic_bytes > 0) {
    block.shared.variable(&dynamic_key, launched.dynamic_bytes, 128);
  }
  while (block.fibers.size() < threads) block.fibers.emplace_back(block);
  for (size_t t = 0; t < threads; ++t) {
    Fiber& fiber = block.fibers[t];
    const auto i = static_cast<unsigned>(t);
    const dim3 size = here.block_size;
    fiber.thread = {i % size.x, i / size.x % size.y, i / size.x / size.y};
    fiber.waiting = Waiting::no;
    fiber.fenced = fiber.owes_fence = false;
    fiber.copies.assign(1, {});
  }
  begin_wgmma_block(threads);
}

/** Adds to `ready` the threads of a block that can go on; false if it is over. */
bool gather_ready(Block& block, size_t threads, std::vector<Fiber*>& ready) {
  const size_t before = ready.size();
  size_t over = 0;
  for (size_t t = 0; t < threads; ++t) {
    Fiber& fiber = block.fibers[t];
    if (fiber.waiting == Waiting::no || fiber.waiting == Waiting::others) ready.push_back(&fiber);
    over += fiber.waiting == Waiting::over;
  }
  if (over == threads) return false;
  if (ready.size() > before) return true;
  if (!release_block(block, threads)) {
    here.block = block.place;
    fail("threads wait for each other");
  }
  return gather_ready(block, threads, ready);
}

/** Resumes each once, in random order; whether any did more than to look at a gate in vain. */
bool resume_all(std::vector<Fiber*>& ready) {
  bool moved = false;
  std::shuffle(ready.begin(), ready.end(), random_order);
  for (Fiber* fiber : ready) {
    const bool waited = fiber->waiting == Waiting::others;
    if (!waited && fiber->waiting != Waiting::no) continue;
    fiber->waiting = Waiting::no;
    resume(*fiber);
    moved = moved || !waited || fiber->waiting != Waiting::others;
  }
  return moved;
}

/** Runs a block that nothing waits for and that waits for nothing. */
void run_block(Block& block, size_t threads) {
  std::vector<Fiber*> ready;
  while (gather_ready(block, threads, ready)) {
    resume_all(ready);
    ready.clear();
  }
}

/** Makes some threads of one of the blocks slow. */
void slow_down(const std::vector<Block*>& running, size_t threads) {
  const size_t slow = random_order() % running.size();
  for (size_t b = 0; b < running.size(); ++b) {
    for (size_t t = 0; t < threads; ++t) {
      running[b]->fibers[t].slow = b == slow && random_order() % 2 == 0;
    }
  }
}

/** Runs the first `count` blocks at the same time: some of them, all if those cannot go on, and
   slow threads only if nothing else can, so that any may be far ahead of another. */
void run_blocks_together(size_t count, size_t threads) {
  enum Who { some, all, slow_ones_too };
  std::vector<Block*> running;
  for (size_t b = 0; b < count; ++b) running.push_back(blocks[b].get());
  const auto is_slow = [](const Fiber* fiber) { return fiber->slow; };
  for (int who = slow_ones_too; !running.empty();) {
    if (who == slow_ones_too || random_order() % 16 == 0) slow_down(running, threads);
    std::vector<Block*> chosen = running;
    if (who == some) {
      std::shuffle(chosen.begin(), chosen.end(), random_order);
      chosen.resize(1 + random_order() % chosen.size());
    }
    std::vector<Fiber*> ready;
    for (Block* block : chosen) {
      if (gather_ready(*block, threads, ready)) continue;
      running.erase(std::find(running.begin(), running.end(), block));
    }
    if (who != slow_ones_too) {
      ready.erase(std::remove_if(ready.begin(), ready.end(), is_slow), ready.end());
    }
    if (resume_all(ready)) {
      who = some;
    } else if (who != slow_ones_too) {
      ++who;
    } else if (!ready.empty()) {
      fail("blocks wait for each other");
    }
  }
}

uint3 place_of(size_t block, dim3 grid) {
  const auto i = static_cast<unsigned>(block);
  return {i % grid.x, i / grid.x % grid.y, i / grid.x / grid.y};
}

void launch(const char* kernel, const void* function, dim3 grid, dim3 block, size_t shared_bytes,
            bool at_once, const std::function<void()>& thread) {
  const size_t threads = static_cast<size_t>(block.x) * block.y * block.z;
  const size_t count = static_cast<size_t>(grid.x) * grid.y * grid.z;
  if (threads == 0 || threads > max_threads || block.z > 64 || count == 0 || grid.x > 0x7fffffffU ||
      grid.y > 65535 || grid.z > 65535 || !may_launch(function, shared_bytes)) {
    set_last_error(cudaErrorInvalidConfiguration);
    return;
  }
  use_current_device();
  ++launch_count;
  if (launch_only()) return;
  launched = {kernel, function, shared_bytes};
  body = &thread;
  together = at_once;
  here.block_size = block;
  here.grid_size = grid;
  std::vector<size_t> order(count);
  for (size_t b = 0; b < count; ++b) order[b] = b;
  std::shuffle(order.begin(), order.end(), random_order);
  while (blocks.size() < (at_once ? count : 1)) blocks.push_back(std::make_unique<Block>());
  for (size_t b = 0; b < count; ++b) {
    Block& to = *blocks[at_once ? b : 0];
    start_block(to, place_of(order[b], grid), threads);
    if (at_once) continue;
    run_block(to, threads);
    end_wgmma_block();
  }
  if (at_once) run_blocks_together(count, threads);
  current = nullptr;
}

void report(const Block& block) {
  std::fprintf(stderr, "  block (%u, %u, %u)\n", block.place.x, block.place.y, block.place.z);
  const char* states[] = {"ready", "at the block's barrier", "with its warp", "at a gate", "over"};
  const size_t threads =
      static_cast<size_t>(here.block_size.x) * here.block_size.y * here.block_size.z;
  for (size_t t = 0; t < threads && t < block.fibers.size(); ++t) {
    const Fiber& fiber = block.fibers[t];
    if (t > 0 && block.fibers[t - 1].waiting == fiber.waiting &&
        block.fibers[t - 1].mask == fiber.mask)
      continue;
    std::fprintf(stderr, "  from thread %zu: %s%s\n", t, states[static_cast<int>(fiber.waiting)],
                 &fiber == current ? " (running)" : "");
    if (fiber.waiting == Waiting::warp) std::fprintf(stderr, "    mask %08x\n", fiber.mask);
  }
}

}  // namespace

void begin_interval() {
  if (current->owes_fence) {
    fail("a ticket or a gate without a fence between it and the next barrier");
  }
  current->fenced = false;
}

void to_scheduler() {
  Fiber* self = current;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&self->fake_stack, scheduler_bottom, scheduler_size);
#endif
  espalier_sim_switch(&self->top, scheduler);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(self->fake_stack, nullptr, nullptr);
#endif
}

Fiber::Fiber(Block& its) : block(its), stack(new char[stack_bytes]) {
  const auto end = reinterpret_cast<uintptr_t>(stack.get() + stack_bytes) / 16 * 16;
  void** start = reinterpret_cast<void**>(end);
  *--start = nullptr;  // so that the function starts with the alignment of a called one
  *--start = reinterpret_cast<void*>(&run_threads);
  for (int i = 0; i < 6; ++i) *--start = nullptr;
  top = start;
}

void seed(unsigned value) { random_order.seed(value); }

void fail(const char* what) {
  std::fprintf(stderr, "simulated CUDA: %s\n  kernel %s, block (%u, %u, %u)\n", what, launched.name,
               here.block.x, here.block.y, here.block.z);
  const size_t running = together ? blocks.size() : std::min<size_t>(blocks.size(), 1);
  for (size_t b = 0; b < running; ++b) report(*blocks[b]);
  std::abort();
}

void run(const char* kernel, const void* function, dim3 grid, dim3 block, size_t shared_bytes,
         const std::function<void()>& thread) {
  launch(kernel, function, grid, block, shared_bytes, false, thread);
}

cudaError_t run_together(const char* kernel, const void* function, unsigned grid, unsigned block,
                         const std::function<void()>& thread) {
  const cudaError_t error = may_launch_together(grid, block);
  if (error != cudaSuccess) set_last_error(error);
  if (error == cudaSuccess) launch(kernel, function, grid, block, 0, true, thread);
  return cudaPeekAtLastError();
}

bool is_together() { return together; }
unsigned launches() { return launch_count; }

}  // namespace sim
