#pragma once

#include <cmath>
#include <cstring>

#include "element.cuh"

/** Scores |w| * s as integers, with the order of the CPU's (src/cpu/scores.hpp): bit for bit. */
namespace espalier::cuda {

/** Every NaN: one key above infinity's. */
inline constexpr uint32_t nan_key = 0x7F800001;

/** The score in f32, never contracted into what is done with it. */
__device__ inline float score(float w, float s) { return __fmul_rn(std::fabs(w), s); }

/** The bits of a score's magnitude, which have the order of its value; NaN above every number. */
__host__ __device__ inline uint32_t score_key(float score) {
  uint32_t bits;
  std::memcpy(&bits, &score, sizeof bits);
  bits &= 0x7FFFFFFFU;
  return bits < nan_key ? bits : nan_key;
}

/** The keys of a pack of weights with scales s[0], s[1], ..., all ones if s is null; of more than
   one weight, s is 16-byte aligned. */
template <class T, int count>
__device__ void score_keys(const Pack<T, count>& w, const float* s, uint32_t (&keys)[count]) {
  constexpr int together = count < wide<float> ? count : wide<float>;
  Pack<float, together> scales[count / together];
#pragma unroll
  for (int p = 0; p < count / together; ++p) {
#pragma unroll
    for (int k = 0; k < together; ++k) scales[p].at[k] = 1;
    if (s != nullptr) scales[p] = reinterpret_cast<const Pack<float, together>*>(s)[p];
  }
#pragma unroll
  for (int k = 0; k < count; ++k) {
    keys[k] = score_key(score(to_f32(w.at[k]), scales[k / together].at[k % together]));
  }
}

/** Whether packs of w and their scales can be read in 16-byte accesses. */
inline bool is_wide(const esp_matrix& w, const float* s, size_t element_bytes) {
  return is_wide(w, element_bytes) && reinterpret_cast<uintptr_t>(s) % 16 == 0;
}

}  // namespace espalier::cuda
