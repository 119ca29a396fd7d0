#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

/** 16-bit floating point, rounded to nearest, ties to even. */
namespace espalier::bench {

inline float decode_bf16(uint16_t bits) {
  const uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float x;
  std::memcpy(&x, &wide, sizeof x);
  return x;
}

inline uint16_t encode_bf16(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  if (std::isnan(x)) return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

inline float decode_f16(uint16_t bits) {
  // The exponent's bias is moved by a multiplication, which takes care of subnormals, too.
  const uint32_t magnitude = static_cast<uint32_t>(bits & 0x7FFF) << 13;
  float x;
  std::memcpy(&x, &magnitude, sizeof x);
  x *= 0x1p112F;
  if (x >= 65536) x = (bits & 0x3FF) == 0 ? INFINITY : NAN;
  return (bits & 0x8000) != 0 ? -x : x;
}

inline uint16_t encode_f16(float x) {
  const uint16_t sign = std::signbit(x) ? 0x8000 : 0;
  const float a = std::fabs(x);
  if (std::isnan(x)) return sign | 0x7E00;
  if (a >= 65520) return sign | 0x7C00;
  if (a < 0x1p-14F) {
    // Adding 0.5 leaves the subnormal's bits, rounded, at the mantissa's end.
    const float shifted = a + 0.5F;
    uint32_t bits;
    std::memcpy(&bits, &shifted, sizeof bits);
    return static_cast<uint16_t>(sign | (bits - 0x3F000000U));
  }
  uint32_t bits;
  std::memcpy(&bits, &a, sizeof bits);
  bits += 0xFFF + (bits >> 13 & 1);
  return static_cast<uint16_t>(sign | ((bits >> 13) - (112U << 10)));
}

}  // namespace espalier::bench
