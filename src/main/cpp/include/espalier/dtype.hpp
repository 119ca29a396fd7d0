/**
 * @file dtype.hpp
 * Element types: their names, their sizes, and 16-bit numbers as floats; part of espalier.hpp.
 */
#ifndef ESPALIER_DTYPE_HPP
#define ESPALIER_DTYPE_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "espalier/espalier.h"

namespace espalier {

/** A half-precision number as it is stored: IEEE 754 binary16. */
struct f16 {
  std::uint16_t bits;
};

/** A bfloat16 number as it is stored: the upper half of a float. */
struct bf16 {
  std::uint16_t bits;
};

/**
 * The element type that T is in memory. Specialise it for half-precision types of your own:
 *
 *     template <> struct espalier::dtype_of<__nv_bfloat16> : espalier::dtype_of<espalier::bf16> {};
 */
template <class T>
struct dtype_of;
template <>
struct dtype_of<float> : std::integral_constant<esp_dtype, ESP_F32> {};
template <>
struct dtype_of<f16> : std::integral_constant<esp_dtype, ESP_F16> {};
template <>
struct dtype_of<bf16> : std::integral_constant<esp_dtype, ESP_BF16> {};
template <>
struct dtype_of<double> : std::integral_constant<esp_dtype, ESP_F64> {};
template <>
struct dtype_of<std::uint8_t> : std::integral_constant<esp_dtype, ESP_U8> {};
template <>
struct dtype_of<std::int64_t> : std::integral_constant<esp_dtype, ESP_I64> {};

/** "f32", "f16", "bf16", "f64", "u8" or "i64"; "unknown" for any other value. */
inline const char* dtype_name(esp_dtype dtype) noexcept {
  switch (dtype) {
    case ESP_F32:
      return "f32";
    case ESP_F16:
      return "f16";
    case ESP_BF16:
      return "bf16";
    case ESP_F64:
      return "f64";
    case ESP_U8:
      return "u8";
    case ESP_I64:
      return "i64";
  }
  return "unknown";
}

/** Bytes of an element; 0 for an unknown type. */
inline std::size_t element_size(esp_dtype dtype) noexcept {
  switch (dtype) {
    case ESP_U8:
      return 1;
    case ESP_F16:
    case ESP_BF16:
      return 2;
    case ESP_F32:
      return 4;
    case ESP_F64:
    case ESP_I64:
      return 8;
  }
  return 0;
}

namespace detail {

template <class To, class From>
To bits_as(From from) noexcept {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

}  // namespace detail

/** The number itself. */
inline float to_float(bf16 x) noexcept {
  return detail::bits_as<float>(static_cast<std::uint32_t>(x.bits) << 16);
}
inline float to_float(f16 x) noexcept {
  // The exponent's bias is moved by a multiplication, which takes care of subnormals, too.
  const std::uint32_t magnitude = static_cast<std::uint32_t>(x.bits & 0x7FFF) << 13;
  float a = detail::bits_as<float>(magnitude) * 0x1p112F;
  if (a >= 65536) a = (x.bits & 0x3FF) == 0 ? INFINITY : NAN;
  return (x.bits & 0x8000) != 0 ? -a : a;
}

/** The nearest bfloat16, of two equally near the even one; NaN stays NaN. */
inline bf16 to_bf16(float x) noexcept {
  const auto bits = detail::bits_as<std::uint32_t>(x);
  if (std::isnan(x)) return {static_cast<std::uint16_t>(bits >> 16 | 0x40)};
  return {static_cast<std::uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)};
}

/** The nearest binary16, of two equally near the even one; NaN stays NaN, 65520 becomes infinite.
 */
inline f16 to_f16(float x) noexcept {
  const std::uint16_t sign = std::signbit(x) ? 0x8000 : 0;
  const float a = std::fabs(x);
  const auto with_sign = [sign](std::uint32_t bits) {
    return f16{static_cast<std::uint16_t>(sign | bits)};
  };
  if (std::isnan(x)) return with_sign(0x7E00);
  if (a >= 65520) return with_sign(0x7C00);
  // Adding 0.5 leaves a subnormal's bits, rounded, at the mantissa's end.
  if (a < 0x1p-14F) return with_sign(detail::bits_as<std::uint32_t>(a + 0.5F) - 0x3F000000U);
  auto bits = detail::bits_as<std::uint32_t>(a);
  bits += 0xFFF + (bits >> 13 & 1);
  return with_sign((bits >> 13) - (112U << 10));
}

}  // namespace espalier

#endif
