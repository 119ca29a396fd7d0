#pragma once

#include "cpu/scores.hpp"

/**
 * The k-th smallest of an array of keys, after Floyd & Rivest (1975): two order statistics of a
 * sample bracket it, one pass keeps what lies between them, and bisection of values finishes among
 * those few. Key arrays are filled up with padding_key to whole vectors.
 */
namespace espalier::cpu::ESPALIER_ISA {
namespace {

/** A key, how many keys are below it, and how many are equal to it. */
struct Order {
  int32_t value;
  int64_t below;
  int64_t equal;
};

constexpr int64_t padded(int64_t n) { return (n + max_lanes - 1) / max_lanes * max_lanes; }

/** Keys that kth_smallest needs as scratch for n keys. */
constexpr int64_t select_scratch(int64_t n) { return padded(n) + 2 * max_lanes; }

inline void pad(int32_t* keys, int64_t n) { store(keys + n, broadcast(padding_key)); }

inline int64_t count_at_most(const int32_t* keys, int64_t n, int32_t value) {
  I32 counts = {};
  for (int64_t j = 0; j < n; j += lanes) {
    counts = count(counts, less(load<I32>(keys + j), broadcast(value + 1)));
  }
  return sum(counts);
}

inline Order order_of(const int32_t* keys, int64_t n, int32_t value) {
  I32 below = {}, equals = {};
  for (int64_t j = 0; j < n; j += lanes) {
    const I32 k = load<I32>(keys + j);
    below = count(below, less(k, broadcast(value)));
    equals = count(equals, equal(k, broadcast(value)));
  }
  return {value, sum(below), sum(equals)};
}

/** The largest key that is at most `value`. */
inline int32_t floor_of(const int32_t* keys, int64_t n, int32_t value) {
  I32 best = broadcast(-1);
  for (int64_t j = 0; j < n; j += lanes) {
    const I32 k = load<I32>(keys + j);
    best = select(less(k, broadcast(value + 1)), maximum(best, k), best);
  }
  int32_t result = -1;
  for (int l = 0; l < lanes; ++l) result = best[l] > result ? best[l] : result;
  return result;
}

/** The key of that rank (from 0), known to lie in lo .. hi. */
inline Order bisect(const int32_t* keys, int64_t n, int64_t rank, int32_t lo, int32_t hi) {
  while (lo < hi) {
    const int32_t middle = lo + (hi - lo) / 2;
    const int64_t at_most = count_at_most(keys, n, middle);
    if (at_most > rank) {
      hi = middle;
    } else {
      lo = middle + 1;
    }
    if (at_most == rank + 1) lo = hi = floor_of(keys, n, middle);
  }
  return order_of(keys, n, lo);
}

/** Every so many-th vector of keys; returns how many keys that is, about n^(2/3). */
inline int64_t sample_keys(const int32_t* keys, int64_t n, int32_t* sample) {
  int64_t size = 256;
  while (size * size * size < n * n) size *= 2;
  const int64_t stride = n / size * lanes;
  for (int64_t j = 0; j < size; j += lanes) store(sample + j, load<I32>(keys + j / lanes * stride));
  return size;
}

/** The key of that rank (from 0) among n >= 1 keys. */
inline Order kth_smallest(const int32_t* keys, int64_t n, int64_t rank, int32_t* scratch) {
  if (n <= 512) return bisect(keys, n, rank, 0, nan_key);

  const int64_t size = sample_keys(keys, n, scratch);
  const double expected = static_cast<double>(rank) / static_cast<double>(n) * double(size);
  const double margin = 1.25 * __builtin_sqrt(static_cast<double>(size));  // 2.5 deviations or more
  const int64_t low_rank = static_cast<int64_t>(expected - margin);
  const int64_t high_rank = static_cast<int64_t>(expected + margin);
  int32_t* rest = scratch + size;
  const int32_t lo = low_rank > 0 ? kth_smallest(scratch, size, low_rank, rest).value : -1;
  const int32_t hi =
      high_rank < size ? kth_smallest(scratch, size, high_rank, rest).value : nan_key + 1;

  I32 counts = {};
  int32_t* end = scratch;
  for (int64_t j = 0; j < n; j += lanes) {
    const I32 k = load<I32>(keys + j);
    counts = count(counts, less(k, broadcast(lo + 1)));
    end = append(end, less(broadcast(lo), k) & less(k, broadcast(hi)), k);
  }
  const int64_t at_most_lo = sum(counts);
  const int64_t inside = end - scratch;
  pad(scratch, inside);

  if (rank < at_most_lo) {
    const Order at_lo = order_of(keys, n, lo);
    return at_lo.below <= rank ? at_lo : bisect(keys, n, rank, 0, lo - 1);
  }
  if (rank < at_most_lo + inside) {
    Order order = bisect(scratch, inside, rank - at_most_lo, lo + 1, hi - 1);
    order.below += at_most_lo;
    return order;
  }
  const Order at_hi = order_of(keys, n, hi);
  return rank < at_hi.below + at_hi.equal ? at_hi : bisect(keys, n, rank, hi + 1, nan_key);
}

}  // namespace
}  // namespace espalier::cpu::ESPALIER_ISA
