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

/** Zeroes the weights at a cursor whose keys are below `key`, and the first `ties` of those equal.
 */
template <class Cursor, class KeysOf>
__device__ void zero_in_pack(const Cursor& cursor, const KeysOf& keys_of, uint32_t key, int ties) {
  typename Cursor::Packed pack = *cursor.pack();
  uint32_t keys[Cursor::count];
  keys_of(pack, cursor.column(), keys);
  bool changed = false;
#pragma unroll
  for (int k = 0; k < Cursor::count; ++k) {
    const bool tie = keys[k] == key;
    if (keys[k] < key || (tie && ties > 0)) {
      pack.at[k] = {};
      changed = true;
    }
    ties -= tie ? 1 : 0;
  }
  if (changed) *cursor.pack() = pack;
}

/**
 * Zeroes the weights that the cut takes of `packs` packs, which the block's cursors share in order;
 * all other bits stay. keys_of(pack, column, keys) gives a pack's keys.
 */
template <int threads, class Cursor, class KeysOf>
__device__ void zero_smallest(Cursor cursor, int64_t packs, Cut cut, const KeysOf& keys_of) {
  // In order, as long as there are ties to give away.
  for (; cut.ties > 0 && packs > 0; packs -= threads) {
    int equal = 0;
    if (cursor.inside()) {
      const typename Cursor::Packed pack = *cursor.pack();
      uint32_t keys[Cursor::count];
      keys_of(pack, cursor.column(), keys);
#pragma unroll
      for (int k = 0; k < Cursor::count; ++k) equal += keys[k] == cut.key ? 1 : 0;
    }
    int all;
    const int before = block_sum_before<threads>(equal, &all);
    if (cursor.inside()) {
      const int ties = cut.ties < all ? static_cast<int>(cut.ties) : all;
      zero_in_pack(cursor, keys_of, cut.key, ties - before);
    }
    cut.ties -= all;
    cursor.next();
  }
  for (; cursor.inside(); cursor.next()) zero_in_pack(cursor, keys_of, cut.key, 0);
}

}  // namespace espalier::cuda
