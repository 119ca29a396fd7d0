#pragma once

#include "packs.cuh"
#include "reduce.cuh"

/** Zeroing in place what a selection chose. */
namespace espalier::cuda {

/** Keys below `key` go, and so many of the equal ones, the first in row-major order. */
struct Cut {
  uint32_t key;
  int64_t ties;
};

/**
 * Zeroes the weights of packs begin .. end - 1 that the cut takes. A block of `threads` works on
 * them; all other bits stay. keys_of(pack, number, column, keys) gives a pack's keys.
 */
template <int threads, int count, class T, class KeysOf>
__device__ void zero_smallest(const View<T>& w, int64_t begin, int64_t end, Cut cut,
                              const KeysOf& keys_of) {
  Cursor<T, count> cursor(w, steps_in_block(begin, end));
  int64_t ties = cut.ties;  // left at the first pack of a round
  for (int64_t round = begin; round < end; round += threads, cursor.next()) {
    const bool inside = cursor.inside();
    Pack<T, count> pack;
    uint32_t keys[count];
    int equal = 0;
    if (inside) {
      pack = *cursor.pack();
      keys_of(pack, round + threadIdx.x, cursor.column(), keys);
#pragma unroll
      for (int k = 0; k < count; ++k) equal += keys[k] == cut.key ? 1 : 0;
    }
    int64_t own = 0;  // ties left at this thread's pack
    if (ties > 0) {
      int in_round;
      own = ties - block_sum_before<threads>(equal, &in_round);
      ties -= in_round;
    }
    if (!inside) continue;
    bool changed = false;
#pragma unroll
    for (int k = 0; k < count; ++k) {
      const bool tie = keys[k] == cut.key;
      if (keys[k] < cut.key || (tie && own > 0)) {
        pack.at[k] = T{};
        changed = true;
      }
      own -= tie ? 1 : 0;
    }
    if (changed) *cursor.pack() = pack;
  }
}

}  // namespace espalier::cuda
