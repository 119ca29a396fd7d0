#pragma once

#include <cmath>
#include <cstring>

#include "runtime.cuh"

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

}  // namespace espalier::cuda
