#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <vector>

/** How tensor cores read 16-bit elements and add products up in f32 (tensor_cores.h). */
namespace sim {

inline float f32_from_bf16(uint16_t bits) {
  const uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float x;
  std::memcpy(&x, &wide, sizeof x);
  return x;
}

inline float decode_f16(uint16_t bits) {
  static const std::vector<float> values = [] {
    std::vector<float> all(1 << 16);
    for (uint32_t b = 0; b < all.size(); ++b) all[b] = f32_from_f16(static_cast<uint16_t>(b));
    return all;
  }();
  return values[bits];
}

/** The f32 next to x towards zero. */
inline float cut_to_f32(double x) {
  uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  bits &= ~uint64_t{0x1fffffff};
  std::memcpy(&x, &bits, sizeof x);
  return static_cast<float>(x);
}

/** 2^exponent. */
inline double power_of_two(int exponent) {
  const uint64_t bits = static_cast<uint64_t>(exponent + 1023) << 52;
  double x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

/** c + a[0] b[0] + ... + a[n-1] b[n-1], aligned to the largest term and cut. */
template <int n>
float add_products(float c, const float* a, const float* b) {
  double terms[n + 1];
  terms[n] = static_cast<double>(c);
  double largest = std::fabs(terms[n]), plain = terms[n];
  for (int k = 0; k < n; ++k) {
    terms[k] = static_cast<double>(a[k]) * static_cast<double>(b[k]);
    largest = std::max(largest, std::fabs(terms[k]));
    plain += terms[k];
  }
  if (largest == 0 || !std::isfinite(plain)) return static_cast<float>(plain);
  uint64_t bits;
  std::memcpy(&bits, &largest, sizeof bits);
  const int exponent = static_cast<int>(bits >> 52) - 1023;
  constexpr int kept = 24;  // behind the leading bit: those of f32 and one more
  const double scale = power_of_two(kept - exponent);
  int64_t sum = 0;
  for (const double term : terms) sum += static_cast<int64_t>(term * scale);
  return cut_to_f32(static_cast<double>(sum) * power_of_two(exponent - kept));
}

}  // namespace sim
