#include "espalier/dtype.hpp"

#include <gtest/gtest.h>

using espalier::bf16;
using espalier::f16;
using espalier::to_bf16;
using espalier::to_f16;
using espalier::to_float;

namespace {

/** What IEEE 754 says that binary16 bits mean. */
float defined(int bits) {
  const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  const float sign = bits >> 15 != 0 ? -1.0F : 1.0F;
  if (exponent == 31) return mantissa == 0 ? sign * INFINITY : NAN;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
  return sign * std::ldexp(static_cast<float>(1024 + mantissa), exponent - 25);
}

f16 half(int bits) { return {static_cast<std::uint16_t>(bits)}; }

}  // namespace

TEST(Dtypes, HaveNamesAndSizes) {
  EXPECT_EQ(4U, espalier::element_size(ESP_F32));
  EXPECT_EQ(2U, espalier::element_size(ESP_F16));
  EXPECT_EQ(2U, espalier::element_size(ESP_BF16));
  EXPECT_EQ(8U, espalier::element_size(ESP_F64));
  EXPECT_EQ(1U, espalier::element_size(ESP_U8));
  EXPECT_EQ(8U, espalier::element_size(ESP_I64));
  EXPECT_EQ(0U, espalier::element_size(static_cast<esp_dtype>(6)));
  EXPECT_STREQ("bf16", espalier::dtype_name(ESP_BF16));
  EXPECT_STREQ("unknown", espalier::dtype_name(static_cast<esp_dtype>(-1)));
}

TEST(Half, EveryPatternIsItsNumberAndSurvives) {
  for (int bits = 0; bits <= 0xFFFF; ++bits) {
    const float x = to_float(half(bits)), wide = to_float(bf16{half(bits).bits});
    if (std::isnan(defined(bits))) {
      EXPECT_TRUE(std::isnan(x)) << bits;
      EXPECT_TRUE(std::isnan(to_float(to_f16(x)))) << bits;
    } else {
      EXPECT_EQ(defined(bits), x) << bits;
      EXPECT_EQ(bits, to_f16(x).bits);
    }
    if (std::isnan(wide)) {
      EXPECT_TRUE(std::isnan(to_float(to_bf16(wide)))) << bits;
    } else {
      EXPECT_EQ(bits, to_bf16(wide).bits);
    }
  }
}

TEST(Half, RoundsToNearestTiesToEven) {
  EXPECT_EQ(0x3C00, to_f16(1 + 0x1p-11F).bits);             // half way, down to even
  EXPECT_EQ(0x3C02, to_f16(1 + 3 * 0x1p-11F).bits);         // half way, up to even
  EXPECT_EQ(0x3C01, to_f16(1 + 0x1p-11F + 0x1p-20F).bits);  // just above half way
  EXPECT_EQ(0x7C00, to_f16(65520).bits);                    // half way to 2^16
  EXPECT_EQ(0xFC00, to_f16(-65520).bits);
  EXPECT_EQ(0x7BFF, to_f16(65519).bits);
  EXPECT_EQ(0x0000, to_f16(0x1p-25F).bits);  // half of the least subnormal
  EXPECT_EQ(0x8000, to_f16(-0x1p-25F).bits);
  EXPECT_EQ(0x0002, to_f16(3 * 0x1p-25F).bits);
  EXPECT_EQ(0x0400, to_f16(0x1p-14F).bits);
  EXPECT_EQ(0x3F80, to_bf16(1 + 0x1p-8F).bits);
  EXPECT_EQ(0x3F82, to_bf16(1 + 3 * 0x1p-8F).bits);
  EXPECT_EQ(1.0F, to_float(bf16{0x3F80}));
}
