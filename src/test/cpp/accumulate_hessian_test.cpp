#include <algorithm>
#include <limits>

#include "dense_oracle.hpp"

using namespace espalier::test;

namespace {

void accumulate(const esp_matrix& x, double alpha, const Matrix<float>& h) {
  const Workspace workspace(esp_accumulate_hessian_workspace_bytes(&x));
  const esp_matrix view = h.view();
  ASSERT_EQ(ESP_OK,
            esp_accumulate_hessian(&x, alpha, &view, workspace.data(), workspace.bytes(), nullptr))
      << esp_last_error();
}

/** A symmetric start, so that adding differs from overwriting. */
Matrix<float> some_symmetric(int64_t n, int64_t gap) {
  Matrix<float> h(n, n, gap);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) h.at(i, j) = static_cast<float>((i + j) % 5) * 0.125F;
  }
  return h;
}

void expect_close(const Matrix<float>& h, const Dense& expected) {
  EXPECT_LE(relative_distance(h, expected), 2e-5);
  for (int64_t i = 0; i < h.rows(); ++i) {
    const double diagonal = static_cast<double>(h.at(i, i));
    ASSERT_LE(std::abs(diagonal - expected.at(i, i)), 2e-5 * std::abs(expected.at(i, i)) + 1e-30);
    for (int64_t j = 0; j < i; ++j) ASSERT_EQ(h.at(i, j), h.at(j, i)) << i << ", " << j;
  }
  EXPECT_TRUE(h.gap_untouched());
}

/** Runs body() for every kind of tensor cores that kernels are chosen by. */
template <class Body>
void for_each_tensor_core(const Body& body) {
#if defined(ESPALIER_SIMULATED)
  for (const int capability : {80, 90}) {
    SCOPED_TRACE("compute capability " + std::to_string(capability));
    sim::set_compute_capability(capability);
    body();
  }
#else
  body();
#endif
}

/** Half-precision bits of every kind but Inf and NaN, subnormals included, and their values. */
void fill_halves(esp_dtype dtype, Matrix<uint16_t>& bits, Dense& values) {
  std::mt19937 random(5);
  for (int64_t t = 0; t < bits.rows(); ++t) {
    for (int64_t j = 0; j < bits.cols(); ++j) {
      const bool f16 = dtype == ESP_F16;
      const int mantissa_bits = f16 ? 10 : 7;
      const int exponent =
          f16 ? static_cast<int>(random() % 19) : 100 + static_cast<int>(random() % 30);
      const int mantissa = static_cast<int>(random() % (1U << mantissa_bits));
      const int sign = static_cast<int>(random() % 2);
      bits.at(t, j) = static_cast<uint16_t>(sign << 15 | exponent << mantissa_bits | mantissa);
      const int bias = f16 ? 15 : 127;
      const double significand = mantissa + (exponent == 0 ? 0 : 1 << mantissa_bits);
      values.at(t, j) = (sign == 1 ? -1 : 1) *
                        std::ldexp(significand, std::max(exponent, 1) - bias - mantissa_bits);
    }
  }
}

}  // namespace

TEST(AccumulateHessian, MatchesFloat64) {
  for_every_setting([] {
    for (const int64_t cols : {1, 2, 63, 64, 65, 127, 129, 200, 384}) {
      for (const int64_t tokens : {1, 70, 600}) {
        SCOPED_TRACE(std::to_string(tokens) + " x " + std::to_string(cols));
        const Matrix<float> x = llm_like_activations(tokens, cols, 1);
        const Matrix<float> initial = some_symmetric(cols, 3);
        Matrix<float> h = initial;
        accumulate(x.view(), 0.25, h);
        expect_close(h, oracle_hessian(x, 0.25, initial));
      }
    }
  });
}

TEST(AccumulateHessian, MatchesFloat64OnHalves) {
  struct Shape {
    int64_t tokens, cols, gap;
  };
  for (const esp_dtype dtype : {ESP_F16, ESP_BF16}) {
    // With rows that start at any address, and at multiples of 16 bytes.
    for (const Shape& shape : std::vector<Shape>{
             {601, 1, 5}, {601, 65, 5}, {601, 130, 5}, {1, 8, 0}, {600, 40, 8}, {130, 393, 7}}) {
      SCOPED_TRACE(std::to_string(shape.tokens) + " x " + std::to_string(shape.cols));
      Matrix<uint16_t> x(shape.tokens, shape.cols, shape.gap, dtype);
      Dense values(x.rows(), x.cols());
      fill_halves(dtype, x, values);
      const Matrix<float> initial = some_symmetric(x.cols(), 3);
      const Dense expected = oracle_hessian(values, 0.5, initial);
      for_each_tensor_core([&] {
        for_every_setting([&] {
          Matrix<float> h = initial;
          accumulate(x.view(), 0.5, h);
          expect_close(h, expected);
        });
      });
    }
  }
}

TEST(AccumulateHessian, LargeSystematicSumsStayAccurate) {
  // All products positive: rounding of a long f32 sum would show as a bias.
  const int64_t cols = 33;
  Matrix<float> x(20000, cols);
  std::mt19937 random(9);
  std::uniform_real_distribution<float> uniform(0.5F, 1.5F);
  for (int64_t t = 0; t < x.rows(); ++t) {
    for (int64_t j = 0; j < cols; ++j) x.at(t, j) = uniform(random);
  }
  for_every_setting([&] {
    Matrix<float> h(cols, cols);
    accumulate(x.view(), 1e-4, h);
    expect_close(h, oracle_hessian(x, 1e-4, Matrix<float>(cols, cols)));
  });
}

TEST(AccumulateHessian, LargeSystematicSumsOfHalvesStayAccurate) {
  // More tokens than a launch takes.
  Matrix<uint16_t> x(16500, 8, 0, ESP_BF16);
  Dense values(x.rows(), x.cols());
  std::mt19937 random(9);
  for (int64_t t = 0; t < x.rows(); ++t) {
    for (int64_t j = 0; j < x.cols(); ++j) {
      const auto mantissa = static_cast<int>(random() % 128);
      x.at(t, j) = static_cast<uint16_t>(127 << 7 | mantissa);
      values.at(t, j) = 1 + mantissa / 128.0;
    }
  }
  const Dense expected = oracle_hessian(values, 1e-4, Matrix<float>(x.cols(), x.cols()));
  for_each_tensor_core([&] {
    Matrix<float> h(x.cols(), x.cols());
    accumulate(x.view(), 1e-4, h);
    expect_close(h, expected);
  });
}

TEST(AccumulateHessian, SameBitsForAnyThreadCount) {
  const Matrix<float> x = llm_like_activations(1100, 300, 2);
  for_every_setting([&] {
    Matrix<float> first(300, 300);
    accumulate(x.view(), 0.5, first);
    for_each_thread_count([&] {
      Matrix<float> h(300, 300);
      accumulate(x.view(), 0.5, h);
      EXPECT_TRUE(h.same_bits(first));
    });
  });
}

TEST(AccumulateHessian, RejectsBadArguments) {
  const Matrix<float> x(4, 8);
  const Matrix<float> h(8, 8);
  const Matrix<float> small(7, 8);
  const esp_matrix xv = x.view();
  const esp_matrix hv = h.view();
  const esp_matrix sv = small.view();
  const Workspace workspace(esp_accumulate_hessian_workspace_bytes(&xv));
  const auto status = [&](const esp_matrix* a, double alpha, const esp_matrix* b, size_t bytes) {
    return esp_accumulate_hessian(a, alpha, b, workspace.data(), bytes, nullptr);
  };
  EXPECT_EQ(ESP_OK, status(&xv, 1, &hv, workspace.bytes()));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, status(nullptr, 1, &hv, workspace.bytes()));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, status(&xv, 1, nullptr, workspace.bytes()));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, status(&xv, 1, &sv, workspace.bytes()));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, status(&xv, NAN, &hv, workspace.bytes()));
  if (workspace.bytes() > 0) {
    EXPECT_EQ(ESP_INVALID_ARGUMENT, status(&xv, 1, &hv, workspace.bytes() - 1));
  }
  esp_matrix elsewhere = xv;
  elsewhere.device = device() < 0 ? 0 : -1;
  EXPECT_EQ(ESP_INVALID_ARGUMENT, status(&elsewhere, 1, &hv, workspace.bytes()));
  EXPECT_EQ(0U, esp_accumulate_hessian_workspace_bytes(nullptr));
}
