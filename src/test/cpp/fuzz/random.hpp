#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>

namespace espalier::fuzz {

/** Where a call's arguments come from: the same seed gives the same call. */
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  uint64_t bits() { return engine_(); }

  /** 0 .. n-1 */
  int64_t below(int64_t n) { return static_cast<int64_t>(engine_() % static_cast<uint64_t>(n)); }

  /** first .. last */
  int64_t between(int64_t first, int64_t last) { return first + below(last - first + 1); }

  /** True once in `n` times. */
  bool once_in(int64_t n) { return below(n) == 0; }

  /** In [0, 1). */
  double unit() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

  template <class T>
  T pick(std::initializer_list<T> values) {
    return values.begin()[below(static_cast<int64_t>(values.size()))];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace espalier::fuzz
