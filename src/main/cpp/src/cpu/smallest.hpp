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

/** Where the ascending keys are cut: `below` keys are less than `key`, `equal` keys are equal to
 * it. */
struct Cut {
  int32_t key;
  int64_t below;
  int64_t equal;
};

/**
 * The k-th smallest, k >= 1, of the first `depth` rows of `panels` panels: a radix search over the
 * 31 bits of the keys in three passes. Each pass counts the keys that share the digits already
 * known.
 */
inline Cut kth_smallest(Panels<int32_t> keys, int64_t depth, int64_t panels, int64_t k) {
  constexpr int max_digits = 2048;
  constexpr int shifts[] = {20, 10, 0};
  Cut cut{0, 0, 0};
  int known_from = 31;
  for (const int shift : shifts) {
    const int digits = 1 << (known_from - shift);
    int64_t count[max_digits] = {};
#pragma omp parallel num_threads(num_threads())
    {
      uint32_t mine[2][max_digits] = {};  // two, since neighbours often share a digit
#pragma omp for schedule(static) nowait
      for (int64_t p = 0; p < panels; ++p) {
        const int32_t* key = keys.at(0, p * keys.width);
        const uint32_t known = static_cast<uint32_t>(cut.key) >> known_from;
        for (int64_t i = 0; i < depth * keys.width; ++i) {
          const uint32_t bits = static_cast<uint32_t>(key[i]);
          if (bits >> known_from == known) ++mine[i % 2][bits >> shift & (digits - 1)];
        }
      }
#pragma omp critical(espalier_kth_smallest)
      for (int digit = 0; digit < digits; ++digit) count[digit] += mine[0][digit] + mine[1][digit];
    }
    int digit = 0;
    while (cut.below + count[digit] < k) cut.below += count[digit++];
    cut.key |= digit << shift;
    cut.equal = count[digit];
    known_from = shift;
  }
  return cut;
}

}  // namespace espalier::cpu::ESPALIER_ISA
