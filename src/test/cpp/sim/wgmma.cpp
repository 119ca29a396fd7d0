#include <cuda_runtime.h>

#include <map>
#include <vector>

#include "internals.h"
#include "shared_memory.h"
#include "tensor_sums.h"

namespace sim {

namespace {

constexpr unsigned group_size = 128;
constexpr int rows = 64, cols = 192, depth = 16;

/** Calls visit(address) for the elements of an operand [depth, width], row by row. */
template <class Visit>
void visit_operand(uint64_t descriptor, int width, const Visit& visit) {
  const auto field = [&](int bit, int size) {
    return static_cast<uint32_t>(descriptor >> bit & ((uint64_t{1} << size) - 1));
  };
  const uint32_t start = field(0, 14) << 4;
  const uint32_t leading = field(16, 14) << 4, stride = field(32, 14) << 4;
  if (field(62, 2) != 1) fail("only the 128-byte swizzle mode is simulated");
  if (start % 1024 != 0 || field(49, 3) != 0) {
    fail("only operands that start where the swizzle's pattern does are simulated");
  }
  if ((field(14, 2) | field(30, 2) | field(46, 3) | field(52, 10)) != 0) {
    fail("a descriptor has bits in places that mean nothing");
  }
  for (uint32_t k = 0; k < depth; ++k) {
    for (uint32_t c = 0; c < static_cast<uint32_t>(width); ++c) {
      // Swizzle<3, 4, 3> o ((8, 8, m), (8, k)) : ((1, 8, leading), (64, stride))
      const uint32_t plain = start + c / 64 * leading + k / 8 * stride + k % 8 * 128 + c % 64 * 2;
      visit(plain ^ (plain >> 7 & 7) << 4);
    }
  }
}

std::vector<uint16_t> read_operand(uint64_t descriptor, int width) {
  std::vector<uint16_t> elements;
  elements.reserve(static_cast<size_t>(depth * width));
  visit_operand(descriptor, width, [&](uint32_t address) {
    uint16_t element;
    std::memcpy(&element, shared_memory().at(address), sizeof element);
    elements.push_back(element);
  });
  return elements;
}

void check_fences(uint64_t descriptor, int width) {
  visit_operand(descriptor, width, [](uint32_t address) {
    if (!shared_memory().is_fenced(address))
      fail("wgmma reads what was copied without a proxy fence since");
  });
}

/** One wgmma of a warpgroup. */
struct Product {
  uint64_t a, b;
  bool add, f16;
  std::vector<uint16_t> a_bits, b_bits;  // as they were when it was issued
  std::vector<float> left, right;        // their values, transposed
  unsigned checked = 0;                  // the warps that have waited
  unsigned threads = 0;                  // how many have their results
};

std::vector<float> values(const std::vector<uint16_t>& bits, int width, bool f16) {
  std::vector<float> transposed(bits.size());
  for (int k = 0; k < depth; ++k) {
    for (int c = 0; c < width; ++c) {
      const uint16_t x = bits[static_cast<size_t>(k * width + c)];
      transposed[static_cast<size_t>(c * depth + k)] = f16 ? decode_f16(x) : f32_from_bf16(x);
    }
  }
  return transposed;
}

/** A wgmma that a thread has issued and not waited for. */
struct Pending {
  size_t number;
  float (*d)[4];
};

struct Thread {
  bool fenced = false;  // since it may have used its accumulators
  size_t issued = 0;
  std::vector<std::vector<Pending>> groups{1};  // the last one is still open
};

size_t block_size = 0;
std::vector<Thread> threads;  // those of a block, once one of them calls anything here
std::vector<std::map<size_t, Product>> warpgroups;  // what each has under way, by number

Thread& own() {
  if (threads.empty()) {
    if (is_together()) fail("wgmma is not simulated in blocks that run at the same time");
    if (block_size % group_size != 0) fail("wgmma in a block that is not made of warpgroups");
    threads.resize(block_size);
    warpgroups.resize(block_size / group_size);
  }
  return threads[thread_number()];
}
std::map<size_t, Product>& own_group() { return warpgroups[thread_number() / group_size]; }

void finish(const Pending& pending) {
  Product& product = own_group().at(pending.number);
  const unsigned thread = thread_number() % group_size, warp = thread / 32, lane = thread % 32;
  if ((product.checked >> warp & 1) == 0) {
    if (read_operand(product.a, rows) != product.a_bits ||
        read_operand(product.b, cols) != product.b_bits) {
      fail("shared memory is written while wgmma reads it");
    }
    product.checked |= 1U << warp;
  }
  for (unsigned n = 0; n < cols / 8; ++n) {
    for (unsigned r = 0; r < 4; ++r) {
      const unsigned row = warp * 16 + lane / 4 + r / 2 * 8, col = n * 8 + lane % 4 * 2 + r % 2;
      float& d = pending.d[n][r];
      if (!product.add) d = 0;
      for (unsigned k = 0; k < depth; k += 8) {
        d = add_products<8>(d, &product.left[row * depth + k], &product.right[col * depth + k]);
      }
    }
  }
  if (++product.threads == group_size) own_group().erase(pending.number);
}

}  // namespace

void begin_wgmma_block(size_t count) {
  block_size = count;
  threads.clear();
  warpgroups.clear();
}

void end_wgmma_thread() {
  if (threads.empty()) return;
  for (const auto& group : own().groups) {
    if (!group.empty()) fail("a thread ends without waiting for its wgmma");
  }
}

void end_wgmma_block() {
  for (const auto& group : warpgroups) {
    if (!group.empty()) fail("not all threads of a warpgroup took part in a wgmma");
  }
}

void wgmma_fence() { own().fenced = true; }

void wgmma_64x192x16(float (*d)[4], uint64_t a, uint64_t b, bool add, bool f16) {
  Thread& thread = own();
  if (!thread.fenced) fail("wgmma without wgmma.fence since its accumulators may have been used");
  const size_t number = thread.issued++;
  const auto [at, is_new] = own_group().try_emplace(number);
  Product& product = at->second;
  if (is_new) {
    check_fences(a, rows);
    check_fences(b, cols);
    product = {a, b, add, f16, read_operand(a, rows), read_operand(b, cols), {}, {}};
    product.left = values(product.a_bits, rows, f16);
    product.right = values(product.b_bits, cols, f16);
  } else if (product.a != a || product.b != b || product.add != add || product.f16 != f16) {
    fail("threads of a warpgroup meet in different wgmma");
  }
  thread.groups.back().push_back({number, d});
}

void wgmma_commit() { own().groups.emplace_back(); }

void wgmma_wait(int groups_still_allowed) {
  Thread& thread = own();
  while (thread.groups.size() > static_cast<size_t>(groups_still_allowed) + 1) {
    for (const Pending& pending : thread.groups.front()) finish(pending);
    thread.groups.erase(thread.groups.begin());
  }
  if (groups_still_allowed == 0) thread.fenced = false;
}

}  // namespace sim
