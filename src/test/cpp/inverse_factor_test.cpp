#include <limits>

#include "dense_oracle.hpp"

using namespace espalier::test;

namespace {

struct Outcome {
  esp_status status;
  int64_t failed_pivot;
  Matrix<uint8_t> dead;
};

Outcome factor(const Matrix<float>& h, double damping, esp_dtype precision) {
  Outcome outcome{ESP_OK, -7, Matrix<uint8_t>(1, h.cols())};
  const esp_matrix view = h.view();
  const esp_matrix dead = outcome.dead.view();
  const Workspace workspace(esp_inverse_factor_workspace_bytes(&view, precision));
  outcome.status = esp_inverse_factor(&view, damping, precision, &dead, &outcome.failed_pivot,
                                      workspace.data(), workspace.bytes(), nullptr);
  return outcome;
}

/** Of fewer tokens than columns. */
Matrix<float> singular_hessian(int64_t n, int64_t tokens, unsigned seed) {
  const Dense exact = oracle_hessian(llm_like_activations(tokens, n, seed),
                                     2.0 / static_cast<double>(tokens), Matrix<float>(n, n));
  Matrix<float> h(n, n);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) h.at(i, j) = static_cast<float>(exact.at(i, j));
  }
  return h;
}

void expect_upper(const Matrix<float>& u) {
  for (int64_t i = 0; i < u.rows(); ++i) {
    ASSERT_GT(u.at(i, i), 0);
    for (int64_t j = 0; j < i; ++j) ASSERT_EQ(u.at(i, j), 0) << i << ", " << j;
  }
  EXPECT_TRUE(u.gap_untouched());
}

}  // namespace

TEST(InverseFactor, MatchesFloat64) {
  for (const int64_t n : {1, 2, 63, 64, 65, 127, 129, 200, 257, 300}) {
    const Matrix<float> h = llm_like_hessian(n, 3, 2);
    const Dense expected = oracle_inverse_factor(h, 0.01);
    for_every_setting([&] {
      SCOPED_TRACE(n);
      for (const esp_dtype precision : {ESP_F64, ESP_F32}) {
        Matrix<float> u = h;
        const Outcome outcome = factor(u, 0.01, precision);
        ASSERT_EQ(ESP_OK, outcome.status) << esp_last_error();
        EXPECT_EQ(-1, outcome.failed_pivot);
        expect_upper(u);
        EXPECT_LE(relative_distance(u, expected), precision == ESP_F64 ? 1e-5 : 1e-4);
      }
    });
  }
}

TEST(InverseFactor, IllConditioned) {
  // A condition of about 1e5; three of the CUDA kernels' panels.
  const Matrix<float> h = singular_hessian(600, 300, 3);
  const Dense expected = oracle_inverse_factor(h, 0.01);
  for (const esp_dtype precision : {ESP_F64, ESP_F32}) {
    Matrix<float> u = h;
    ASSERT_EQ(ESP_OK, factor(u, 0.01, precision).status) << esp_last_error();
    expect_upper(u);
    EXPECT_LE(relative_distance(u, expected), precision == ESP_F64 ? 1e-5 : 1e-4);
  }
}

TEST(InverseFactor, ReadsOnlyTheUpperTriangle) {
  const Matrix<float> h = llm_like_hessian(100, 4);
  Matrix<float> whole = h;
  Matrix<float> upper = h;
  for (int64_t i = 0; i < 100; ++i) {
    for (int64_t j = 0; j < i; ++j) upper.at(i, j) = NAN;
  }
  ASSERT_EQ(ESP_OK, factor(whole, 0.01, ESP_F64).status);
  ASSERT_EQ(ESP_OK, factor(upper, 0.01, ESP_F64).status);
  EXPECT_TRUE(whole.same_bits(upper));
}

TEST(InverseFactor, DeadColumnsCountAsOne) {
  Matrix<float> h = llm_like_hessian(70, 5);
  for (const int64_t j : {0, 33, 69}) {
    for (int64_t i = 0; i < 70; ++i) h.at(i, j) = h.at(j, i) = 0;
  }
  const Dense expected = oracle_inverse_factor(h, 0.01);
  const Outcome outcome = factor(h, 0.01, ESP_F64);
  ASSERT_EQ(ESP_OK, outcome.status);
  EXPECT_LE(relative_distance(h, expected), 1e-5);
  for (int64_t j = 0; j < 70; ++j) {
    EXPECT_EQ(j == 0 || j == 33 || j == 69, outcome.dead.at(0, j) == 1) << j;
  }
}

TEST(InverseFactor, DoublePrecisionSurvivesTinyDamping) {
  // Without damping H is singular; with 1e-6 its condition is about 1e9.
  const Matrix<float> h = singular_hessian(200, 150, 6);
  for_every_setting([&] {
    Matrix<float> u = h;
    ASSERT_EQ(ESP_OK, factor(u, 1e-6, ESP_F64).status) << esp_last_error();
    expect_upper(u);
  });
}

TEST(InverseFactor, FailureReportsThePivotAndLeavesHUnchanged) {
  for_every_setting([] {
    for (const int64_t n : {1, 40, 300}) {
      for (const int64_t bad : {int64_t{0}, n / 2, n - 1}) {
        for (const esp_dtype precision : {ESP_F64, ESP_F32}) {
          Matrix<float> h(n, n, 1);
          for (int64_t j = 0; j < n; ++j) h.at(j, j) = 2;
          h.at(bad, bad) = -2;
          const Matrix<float> before = h;
          const Outcome outcome = factor(h, 0, precision);
          EXPECT_EQ(ESP_NUMERICAL_ERROR, outcome.status);
          EXPECT_EQ(bad, outcome.failed_pivot);
          EXPECT_TRUE(h.same_bits(before));
        }
      }
    }
  });
}

TEST(InverseFactor, NotFiniteInputFails) {
  for_every_setting([] {
    for (const float value :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      for (const bool on_diagonal : {true, false}) {
        Matrix<float> h = llm_like_hessian(150, 7);
        h.at(on_diagonal ? 90 : 20, 90) = h.at(90, on_diagonal ? 90 : 20) = value;
        const Matrix<float> before = h;
        const Outcome outcome = factor(h, 0.01, ESP_F64);
        EXPECT_EQ(ESP_NUMERICAL_ERROR, outcome.status);
        EXPECT_EQ(on_diagonal ? 90 : 20, outcome.failed_pivot);
        EXPECT_TRUE(h.same_bits(before));
      }
    }
  });
}

TEST(InverseFactor, SameBitsForAnyThreadCount) {
  const Matrix<float> h = llm_like_hessian(300, 8);
  for_every_setting([&] {
    Matrix<float> first = h;
    ASSERT_EQ(ESP_OK, factor(first, 0.01, ESP_F64).status);
    for_each_thread_count([&] {
      Matrix<float> u = h;
      ASSERT_EQ(ESP_OK, factor(u, 0.01, ESP_F64).status);
      EXPECT_TRUE(u.same_bits(first));
    });
  });
}

TEST(InverseFactor, TheFirstOfSeveralFailedPivotsIsReported) {
  // The factorisation starts from the last column.
  Matrix<float> h(300, 300);
  for (int64_t j = 0; j < 300; ++j) h.at(j, j) = j == 5 || j == 77 || j == 131 ? -1 : 1;
  EXPECT_EQ(131, factor(h, 0, ESP_F64).failed_pivot);
  h.at(250, 250) = std::numeric_limits<float>::infinity();
  EXPECT_EQ(250, factor(h, 0, ESP_F64).failed_pivot);
  h.at(20, 20) = -std::numeric_limits<float>::infinity();
  EXPECT_EQ(20, factor(h, 0, ESP_F64).failed_pivot) << "of those, the first column";
}

TEST(InverseFactor, TinyAndHugeElements) {
  // Their squares and reciprocals leave the range of f32.
  for (const float scale : {1e-30F, 1e30F}) {
    Matrix<float> h = llm_like_hessian(100, 9);
    for (int64_t i = 0; i < 100; ++i) {
      for (int64_t j = 0; j < 100; ++j) h.at(i, j) *= scale;
    }
    const Dense expected = oracle_inverse_factor(h, 0.01);
    for (const esp_dtype precision : {ESP_F64, ESP_F32}) {
      Matrix<float> u = h;
      ASSERT_EQ(ESP_OK, factor(u, 0.01, precision).status);
      EXPECT_LE(relative_distance(u, expected), 1e-4) << scale;
    }
  }
}

TEST(InverseFactor, PrecisionFollowsTheDevice) {
  EXPECT_EQ(ESP_F64, esp_factor_precision(-1));
  EXPECT_EQ(ESP_F64, esp_factor_precision(1 << 20));
#if defined(ESPALIER_SIMULATED)
  EXPECT_EQ(ESP_F64, esp_factor_precision(0));
  sim::set_f32_per_f64(64);
  EXPECT_EQ(ESP_F32, esp_factor_precision(0));
  EXPECT_EQ(ESP_F64, esp_factor_precision(-1));
  sim::set_f32_per_f64(2);
#endif
}

TEST(InverseFactor, RejectsBadArguments) {
  const Matrix<float> h(8, 8);
  const Matrix<float> wide(8, 9);
  const Matrix<uint8_t> dead(1, 8);
  const esp_matrix hv = h.view();
  const esp_matrix wv = wide.view();
  const esp_matrix dv = dead.view();
  int64_t pivot = 0;
  const Workspace workspace(esp_inverse_factor_workspace_bytes(&hv, ESP_F64));
  const auto status = [&](const esp_matrix* a, double damping, esp_dtype precision,
                          const esp_matrix* d, int64_t* failed, size_t bytes) {
    return esp_inverse_factor(a, damping, precision, d, failed, workspace.data(), bytes, nullptr);
  };
  const size_t bytes = workspace.bytes();
  EXPECT_EQ(ESP_OK, status(&hv, 0.01, ESP_F64, &dv, &pivot, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, status(nullptr, 0.01, ESP_F64, &dv, &pivot, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, status(&wv, 0.01, ESP_F64, &dv, &pivot, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, status(&hv, -0.01, ESP_F64, &dv, &pivot, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, status(&hv, NAN, ESP_F64, &dv, &pivot, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, status(&hv, 0.01, ESP_F16, &dv, &pivot, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, status(&hv, 0.01, ESP_F64, nullptr, &pivot, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, status(&hv, 0.01, ESP_F64, &dv, nullptr, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, status(&hv, 0.01, ESP_F64, &dv, &pivot, bytes - 1));
}
