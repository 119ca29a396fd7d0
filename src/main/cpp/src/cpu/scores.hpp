#pragma once

#include "cpu/simd.hpp"
#include "espalier/espalier.h"

/**
 * Scores |w| * s as integers. The bits of a non-negative float, read as an integer, have the order
 * of its value; so selection compares integers, is exact, and is the same for every instruction
 * set.
 */
namespace espalier::cpu::ESPALIER_ISA {
namespace {

/** Every NaN: one key above infinity's. */
constexpr int32_t nan_key = 0x7F800001;
/** Fills vectors up; above every score's key, and one more than it is still an integer. */
constexpr int32_t padding_key = INT32_MAX - 1;

inline I32 to_keys(F32 score) {
  return minimum(reinterpret_cast<I32>(score) & INT32_MAX, broadcast(nan_key));
}

/** One row of scores. Scaled is false where s is all ones (NULL). */
template <class T, bool Scaled>
struct ScoreRow {
  const T* w;
  const float* s;

  /** Keys of columns j .. j + lanes - 1. */
  I32 keys(int64_t j) const {
    F32 score = magnitude(w + j);
    if constexpr (Scaled) score *= load<F32>(s + j);
    return to_keys(score);
  }

  /** Keys of columns j .. j + n - 1, n < lanes, then padding. */
  I32 keys(int64_t j, int64_t n) const {
    F32 score = magnitude(w + j, n);
    if constexpr (Scaled) {
      float scale[lanes] = {};
      std::memcpy(scale, s + j, static_cast<size_t>(n) * sizeof(float));
      score *= load<F32>(scale);
    }
    return select(first(n), to_keys(score), broadcast(padding_key));
  }
};

template <class T_, bool scaled_>
struct ScoreType {
  using T = T_;
  static constexpr bool scaled = scaled_;
};

/** Calls body with the ScoreType of w and s. */
template <class Body>
inline void with_score_type(const esp_matrix& w, const float* s, const Body& body) {
  switch (w.dtype) {
    case ESP_F16:
      return s != nullptr ? body(ScoreType<F16, true>{}) : body(ScoreType<F16, false>{});
    case ESP_BF16:
      return s != nullptr ? body(ScoreType<Bf16, true>{}) : body(ScoreType<Bf16, false>{});
    default:
      return s != nullptr ? body(ScoreType<float, true>{}) : body(ScoreType<float, false>{});
  }
}

}  // namespace
}  // namespace espalier::cpu::ESPALIER_ISA
