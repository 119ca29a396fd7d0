#include "support.hpp"

using namespace espalier::test;

namespace {

esp_status accumulate(Matrix& x, Matrix& acc) {
  const esp_matrix view = x.view(), sums = acc.view();
  Workspace scratch(esp_accumulate_squares_workspace_bytes(&view));
  return esp_accumulate_squares(&view, &sums, scratch.data(), scratch.bytes(), nullptr);
}

/** Adds x to acc and expects what the interface promises: f64 throughout on the CPU, elsewhere a
    relative error of 1e-6. */
void expect_sums(Matrix& x, Matrix& acc) {
  const Matrix before = acc;
  ASSERT_EQ(ESP_OK, accumulate(x, acc)) << esp_last_error();
  for (int64_t j = 0; j < x.cols(); ++j) {
    long double exact = before.get(0, j);
    for (int64_t t = 0; t < x.rows(); ++t) {
      exact += static_cast<long double>(x.get(t, j)) * x.get(t, j);
    }
    const double bound = (device() < 0 ? 1e-12 : 1e-6) * static_cast<double>(exact);
    ASSERT_NEAR(static_cast<double>(exact), acc.get(0, j), bound) << "column " << j;
  }
}

}  // namespace

TEST(AccumulateSquares, EqualsExactSums) {
  const int64_t shapes[][2] = {{1, 1},    {1, 5000},   {3, 5},      {100, 17},
                               {4099, 3}, {600, 1030}, {300, 2048}, {1500, 520}};
  unsigned seed = 1;
  for (const auto& shape : shapes) {
    for (esp_dtype dtype : weight_dtypes) {
      Matrix x(dtype, shape[0], shape[1], shape[1] % 8 == 0 ? 0 : 2);
      fill(x, Content::gaussian, ++seed);
      SCOPED_TRACE(describe(x.view(), Content::gaussian));
      std::string isa_before;
      Matrix first(ESP_F64, 1, shape[1]);
      for_every_setting([&](const std::string& isa) {
        Matrix acc(ESP_F64, 1, shape[1]);
        acc.fill([](int64_t, int64_t j) { return 0.25 * static_cast<double>(j % 3); });
        expect_sums(x, acc);
        if (isa == isa_before) {
          EXPECT_TRUE(acc.bytes() == first.bytes()) << "threads";
        }
        isa_before = isa;
        first = acc;
      });
    }
  }
}

TEST(AccumulateSquares, AlignmentChangesNothing) {
  Matrix aligned(ESP_BF16, 1000, 64), shifted(ESP_BF16, 1000, 64, 3);
  fill(aligned, Content::gaussian, 1);
  fill(shifted, Content::gaussian, 1);
  for_every_setting([&] {
    Matrix acc(ESP_F64, 1, 64), other(ESP_F64, 1, 64);
    for (Matrix* sums : {&acc, &other}) sums->fill([](int64_t, int64_t) { return 1.0; });
    ASSERT_EQ(ESP_OK, accumulate(aligned, acc));
    ASSERT_EQ(ESP_OK, accumulate(shifted, other));
    EXPECT_TRUE(acc.bytes() == other.bytes());
  });
}

// Squares beyond the range of f32, above and below.
TEST(AccumulateSquares, NeitherOverflowsNorUnderflows) {
  for (esp_dtype dtype : {ESP_F32, ESP_BF16}) {
    for (double value : {0x1p100, 0x1p-100}) {
      Matrix x(dtype, 4, 20);
      x.fill([&](int64_t, int64_t) { return value; });
      for_every_setting([&] {
        Matrix acc(ESP_F64, 1, 20);
        acc.fill([](int64_t, int64_t) { return 0.0; });
        ASSERT_EQ(ESP_OK, accumulate(x, acc));
        for (int64_t j = 0; j < 20; ++j) EXPECT_EQ(4 * value * value, acc.get(0, j));
      });
    }
  }
}

// Each column at its own magnitude, from subnormal to near the largest, some tokens all zero.
TEST(AccumulateSquares, EveryMagnitude) {
  for (esp_dtype dtype : {ESP_F32, ESP_BF16}) {
    for (int64_t cols : {272, 275}) {
      Matrix x(dtype, 40, cols);
      fill(x, Content::gaussian, 1);
      x.fill([&](int64_t t, int64_t j) {
        return t % 16 < 9 ? 0.0 : std::ldexp(x.get(t, j), static_cast<int>(j - 145));
      });
      for_every_setting([&] {
        Matrix acc(ESP_F64, 1, cols);
        acc.fill([](int64_t, int64_t) { return 0.0; });
        expect_sums(x, acc);
      });
    }
  }
}

TEST(AccumulateSquares, KeepsNaNAndInfinityInTheirColumns) {
  for (esp_dtype dtype : weight_dtypes) {
    Matrix x(dtype, 5, 20);
    x.fill([](int64_t, int64_t) { return 1.0; });
    x.set(2, 3, std::nan(""));
    x.set(4, 18, -std::numeric_limits<double>::infinity());
    for_every_setting([&] {
      Matrix acc(ESP_F64, 1, 20);
      acc.fill([](int64_t, int64_t) { return 0.0; });
      ASSERT_EQ(ESP_OK, accumulate(x, acc));
      for (int64_t j = 0; j < 20; ++j) {
        if (j == 3) {
          EXPECT_TRUE(std::isnan(acc.get(0, j)));
        } else if (j == 18) {
          EXPECT_TRUE(std::isinf(acc.get(0, j)));
        } else {
          EXPECT_EQ(5.0, acc.get(0, j));
        }
      }
    });
  }
}

TEST(AccumulateSquares, RejectsBadArguments) {
  Matrix input(ESP_BF16, 4, 8), sums(ESP_F64, 1, 8), few(ESP_F64, 1, 7), single(ESP_F32, 1, 8);
  const esp_matrix x = input.view(), acc = sums.view(), acc7 = few.view(), acc32 = single.view();
  Workspace scratch(esp_accumulate_squares_workspace_bytes(&x));
  const auto call = [&](const esp_matrix* from, const esp_matrix* to, void* workspace,
                        size_t bytes) {
    return esp_accumulate_squares(from, to, workspace, bytes, nullptr);
  };
  void* good = scratch.data();
  const size_t bytes = scratch.bytes();
  expect_invalid(call(nullptr, &acc, good, bytes), "x is NULL");
  expect_invalid(call(&acc, &acc, good, bytes), "x has dtype f64");
  expect_invalid(call(&x, nullptr, good, bytes), "acc is NULL");
  expect_invalid(call(&x, &acc7, good, bytes), "acc has shape 1 x 7, expected 1 x 8");
  expect_invalid(call(&x, &acc32, good, bytes), "acc has dtype f32");
  expect_invalid(call(&x, &acc, nullptr, bytes), "workspace");
  expect_invalid(call(&x, &acc, good, bytes - 1), "workspace");
  expect_invalid(call(&x, &acc, static_cast<char*>(good) + 8, bytes), "aligned");
}
