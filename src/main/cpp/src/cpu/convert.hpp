#pragma once

#include <cstdint>
#include <cstring>
#if defined(__F16C__)
#include <immintrin.h>
#endif

#include "espalier/espalier.h"

/** Rows of any floating-point dtype as f32; all conversions are exact. */
namespace espalier::cpu::ESPALIER_ISA {

inline float f32_from_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline float f32_from_f16(uint16_t half) {
  const uint32_t magnitude = static_cast<uint32_t>(half & 0x7fff) << 13;
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16;
  if (magnitude >= 0x0f800000) return f32_from_bits(sign | 0x70000000 | magnitude);  // Inf, NaN
  // The exponent is too small by 112; a product corrects subnormal halves along with the others.
  return f32_from_bits(sign | magnitude) * 0x1p112F;
}

inline void f32_from_f16(const uint16_t* from, int64_t n, float* to) {
  int64_t i = 0;
#if defined(__F16C__)
  for (; i + 8 <= n; i += 8) {
    __m128i halves;
    std::memcpy(&halves, from + i, sizeof halves);
    _mm256_storeu_ps(to + i, _mm256_cvtph_ps(halves));
  }
#endif
  for (; i < n; ++i) to[i] = f32_from_f16(from[i]);
}

inline void f32_from_bf16(const uint16_t* from, int64_t n, float* to) {
  for (int64_t i = 0; i < n; ++i) to[i] = f32_from_bits(static_cast<uint32_t>(from[i]) << 16);
}

/** Elements [first, first + n) of a row of an f32, f16 or bf16 matrix. */
inline void f32_from_row(const esp_matrix& m, int64_t row, int64_t first, int64_t n, float* to) {
  const int64_t offset = row * m.row_stride + first;
  switch (m.dtype) {
    case ESP_F16:
      return f32_from_f16(static_cast<const uint16_t*>(m.data) + offset, n, to);
    case ESP_BF16:
      return f32_from_bf16(static_cast<const uint16_t*>(m.data) + offset, n, to);
    default:
      std::memcpy(to, static_cast<const float*>(m.data) + offset,
                  static_cast<size_t>(n) * sizeof(float));
  }
}

}  // namespace espalier::cpu::ESPALIER_ISA
