#pragma once

#include "cpu/panels.hpp"
#include "cpu/threads.hpp"

/** Scores as integers of the same order, and the k-th smallest of them. */
namespace espalier::cpu::ESPALIER_ISA {

using Keys = Vector<int32_t>;

/** The key of every NaN. */
inline constexpr int32_t nan_key = 0x7f800001;
/** Above every score's key. */
inline constexpr int32_t no_score = INT32_MAX;

/** Keys of scores w^2 / u^2, formed in f32 as the published code forms them. */
inline Keys score_keys(Vector<float> w, float u) {
  const Vector<float> score = w * w / (u * u);
  const Keys magnitude = (Keys)score & INT32_MAX;
  return magnitude > nan_key ? Keys{} + nan_key : magnitude;
}

/** Where ascending keys are cut: `below` of them are less than `key`, `equal` are equal to it. */
struct Cut {
  int32_t key;
  int64_t below;
  int64_t equal;
};

/** Adds the number of keys with each value of `digits` bits above `shift`. */
inline void count_digits(const int32_t* keys, int64_t n, int shift, int digits, uint32_t* count) {
  const int32_t mask = (1 << digits) - 1;
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    // Neighbours often share a digit: apart, they do not wait for each other's increment.
    for (int lane = 0; lane < 4; ++lane) ++count[lane << digits | (keys[i + lane] >> shift & mask)];
  }
  for (; i < n; ++i) ++count[keys[i] >> shift & mask];
}

/** Moves the keys with the given bits above `shift` to `to`; returns how many there are. */
inline int64_t compact(const int32_t* keys, int64_t n, int shift, int32_t bits, int32_t* to) {
  int64_t found = 0;
  for (int64_t i = 0; i < n; ++i) {
    to[found] = keys[i];
    found += keys[i] >> shift == bits;
  }
  return found;
}

/**
 * The k-th smallest, k >= 1, of the first `depth` rows of `panels` panels: a radix search over the
 * 31 bits of the keys. Each pass counts one digit of the keys that share the digits already known;
 * these are few after the first pass, which leaves them in `candidates`, as many in each panel as
 * `found` says.
 */
inline Cut kth_smallest(Panels<int32_t> keys, int64_t depth, int64_t panels, int64_t k,
                        Panels<int32_t> candidates, int32_t* found) {
  constexpr int passes = 3;
  constexpr int shifts[passes] = {21, 11, 0};
  constexpr int digits[passes] = {10, 10, 11};
  Cut cut{0, 0, 0};
  for (int pass = 0; pass < passes; ++pass) {
    const int shift = shifts[pass];
    int64_t count[1 << 11] = {};
#pragma omp parallel num_threads(threads_for_operations(32 * depth * panels * keys.width))
    {
      uint32_t mine[4 << 11] = {};
#pragma omp for schedule(static) nowait
      for (int64_t p = 0; p < panels; ++p) {
        const int32_t* in = keys.at(0, p * keys.width);
        int64_t n = depth * keys.width;
        if (pass > 0) {
          int32_t* out = candidates.at(0, p * keys.width);
          const int known = shifts[pass - 1];
          n = pass == 1 ? compact(in, n, known, cut.key >> known, out)
                        : compact(out, found[p], known, cut.key >> known, out);
          found[p] = static_cast<int32_t>(n);
          in = out;
        }
        count_digits(in, n, shift, digits[pass], mine);
      }
#pragma omp critical(espalier_kth_smallest)
      for (int i = 0; i < 4 << digits[pass]; ++i) count[i & ((1 << digits[pass]) - 1)] += mine[i];
    }
    int digit = 0;
    while (cut.below + count[digit] < k) cut.below += count[digit++];
    cut.key |= digit << shift;
    cut.equal = count[digit];
  }
  return cut;
}

}  // namespace espalier::cpu::ESPALIER_ISA
