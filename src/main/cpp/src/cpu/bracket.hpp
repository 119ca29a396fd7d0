#pragma once

#include "cpu/score_set.hpp"
#include "cpu/select.hpp"
#include "cpu/workspace.hpp"

/**
 * Order statistics of a set of scores too large to keep: a sample brackets the one wanted, one pass
 * over the set counts the keys up to the bracket and keeps those inside it, selection finishes
 * there. The result is exact; only a set built to defeat the sample costs further passes.
 */
namespace espalier::cpu::ESPALIER_ISA {
namespace {

/** The keys strictly between lo and hi are kept. */
struct Bracket {
  int32_t lo, hi;
};

constexpr Bracket everything = {-1, nan_key + 1};

/** Keys in a sample; a set no larger is kept whole instead. */
constexpr int64_t sample_size = 65536;

/** A visitor (ScoreSet) that counts and keeps keys by a bracket. */
class Collector {
 public:
  Collector() = default;
  Collector(Bracket bracket, int32_t* begin, int64_t capacity)
      : lo_(bracket.lo), hi_(bracket.hi), begin_(begin), end_(begin), limit_(begin + capacity) {}

  /** Makes room for n keys; if there is none, what was kept is lost. */
  void reserve(int64_t n) {
    if (limit_ - end_ >= n + lanes) return;
    complete_ = false;
    end_ = begin_;
  }
  void operator()(I32 keys) {
    at_most_lo_ = count(at_most_lo_, less(keys, broadcast(lo_ + 1)));
    end_ = append(end_, less(broadcast(lo_), keys) & less(keys, broadcast(hi_)), keys);
  }
  void operator()(I32 keys, Mask /*valid*/) { (*this)(keys); }

  bool complete() const { return complete_; }
  int64_t at_most_lo() const { return sum(at_most_lo_); }
  const int32_t* begin() const { return begin_; }
  int64_t inside() const { return end_ - begin_; }

 private:
  int32_t lo_ = 0, hi_ = 0;
  int32_t *begin_ = nullptr, *end_ = nullptr, *limit_ = nullptr;
  I32 at_most_lo_ = {};
  bool complete_ = true;
};

/** What one pass over a set kept of it, all slices together. */
struct Collection {
  Bracket bracket;
  bool complete;
  int64_t at_most_lo;
  int64_t inside;
  int32_t* keys;  // the slices' one after another
};

/** The memory one bracket needs: kept keys, and scratch for selecting among them. */
struct BracketMemory {
  int64_t capacity;
  int32_t* keys;
  int32_t* scratch;

  /** Twice what a bracket should hold (see bracket_of), or a set too small to sample. */
  static int64_t capacity_for(const ScoreSet& set) {
    const int64_t n = set.size();
    const int64_t small = n < sample_size ? n : sample_size;
    return padded(n / 24 > small ? n / 24 : small) + (set.matrices() + 2) * max_lanes;
  }
  BracketMemory(const ScoreSet& set, Workspace& workspace)
      : capacity(capacity_for(set)),
        keys(workspace.take<int32_t>(capacity)),
        scratch(workspace.take<int32_t>(select_scratch(capacity))) {}

  /** Writes a sample of the set into `keys`; returns its size. */
  int64_t sample(const ScoreSet& set) const {
    const int64_t n = set.size();
    const int64_t size = set.sample(n < sample_size ? n : sample_size, keys);
    pad(keys, size);
    return size;
  }

  Collector collector(Bracket bracket, int slice, int slices) const {
    const int64_t each = capacity / slices;
    return Collector(bracket, keys + slice * each, each);
  }

  /** Moves the slices' keys together. */
  Collection gather(Bracket bracket, const Collector* collectors, int slices) const {
    Collection all = {bracket, true, 0, 0, keys};
    for (int slice = 0; slice < slices; ++slice) {
      const Collector& c = collectors[slice];
      all.complete = all.complete && c.complete();
      all.at_most_lo += c.at_most_lo();
      std::memmove(keys + all.inside, c.begin(), static_cast<size_t>(c.inside()) * sizeof(int32_t));
      all.inside += c.inside();
    }
    pad(keys, all.inside);
    return all;
  }
};

/** Around the key of that rank, by the sample in `memory`; 1 % of the ranks to each side. */
inline Bracket bracket_of(const ScoreSet& set, int64_t rank, int64_t size,
                          const BracketMemory& memory) {
  if (set.size() <= sample_size) return everything;
  const double share = static_cast<double>(rank) / static_cast<double>(set.size());
  const double expected = share * static_cast<double>(size);
  const double margin = 0.01 * static_cast<double>(size);
  const int64_t low = static_cast<int64_t>(expected - margin);
  const int64_t high = static_cast<int64_t>(expected + margin);
  Bracket bracket = everything;
  if (low > 0) bracket.lo = kth_smallest(memory.keys, size, low, memory.scratch).value;
  if (high < size) bracket.hi = kth_smallest(memory.keys, size, high, memory.scratch).value;
  return bracket;
}

/** A visitor that counts keys below and equal to a value. */
struct ValueCounter {
  int32_t value;
  I32 below = {}, equals = {};

  void reserve(int64_t) {}
  void operator()(I32 keys) {
    below = count(below, less(keys, broadcast(value)));
    equals = count(equals, equal(keys, broadcast(value)));
  }
  void operator()(I32 keys, Mask /*valid*/) { (*this)(keys); }
};

/** One pass over the set. */
inline Order order_of(const ScoreSet& set, int32_t value) {
  int64_t below = 0, equals = 0;
  const int64_t blocks = set.block_count();
#pragma omp parallel for num_threads(set.slice_count()) schedule(static) reduction(+ : below, equals)
  for (int64_t b = 0; b < blocks; ++b) {
    ValueCounter counter = {value};
    set.visit(set.block(b), counter);
    below += sum(counter.below);
    equals += sum(counter.equals);
  }
  return {value, below, equals};
}

/** By passes over the set, for when the bracket fails. */
inline Order bisect(const ScoreSet& set, int64_t rank) {
  int32_t lo = 0, hi = nan_key;
  for (;;) {
    const Order order = order_of(set, lo + (hi - lo) / 2);
    if (rank < order.below) {
      hi = order.value - 1;
    } else if (rank >= order.below + order.equal) {
      lo = order.value + 1;
    } else {
      return order;
    }
  }
}

/** The key of that rank. */
inline Order kth_smallest(const ScoreSet& set, int64_t rank, const Collection& kept,
                          int32_t* scratch) {
  const Bracket bracket = kept.bracket;
  if (rank >= kept.at_most_lo && kept.complete && rank < kept.at_most_lo + kept.inside) {
    Order order = kth_smallest(kept.keys, kept.inside, rank - kept.at_most_lo, scratch);
    order.below += kept.at_most_lo;
    return order;
  }
  // Many equal keys end a bracket at themselves: an end may be what is sought.
  const Order at_end = order_of(set, rank < kept.at_most_lo ? bracket.lo : bracket.hi);
  const bool found = rank >= at_end.below && rank < at_end.below + at_end.equal;
  return found ? at_end : bisect(set, rank);
}

}  // namespace
}  // namespace espalier::cpu::ESPALIER_ISA
