#include "sweep_oracle.hpp"

using namespace espalier::test;

namespace {

/** On the CPU: what is tested here takes it as given. */
Matrix<float> inverse_factor(const Matrix<float>& hessian) {
  Matrix<float> u = hessian;
  Matrix<uint8_t> dead(1, u.cols());
  esp_matrix view = u.view();
  esp_matrix dead_view = dead.view();
  view.device = dead_view.device = -1;
  int64_t failed = 0;
  const Workspace workspace(esp_inverse_factor_workspace_bytes(&view, ESP_F64));
  EXPECT_EQ(ESP_OK, esp_inverse_factor(&view, 0.01, ESP_F64, &dead_view, &failed, workspace.data(),
                                       workspace.bytes(), nullptr));
  return u;
}

/** An upper triangle as cheap as it is wide. */
Matrix<float> random_factor(int64_t cols, unsigned seed, int64_t gap = 0) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Matrix<float> u(cols, cols, gap);
  for (int64_t i = 0; i < cols; ++i) {
    for (int64_t j = i; j < cols; ++j) {
      u.at(i, j) = i == j ? 0.5F + std::fabs(normal(random))
                          : normal(random) / std::sqrt(static_cast<float>(cols));
    }
  }
  return u;
}

Matrix<float> identity(int64_t cols) {
  Matrix<float> u(cols, cols);
  for (int64_t j = 0; j < cols; ++j) u.at(j, j) = 1;
  return u;
}

void sweep(const Matrix<float>& w, const Matrix<float>& u, const Pattern& p, int64_t block_cols,
           const Dense* loss = nullptr, int32_t on_device = device()) {
  esp_matrix wv = w.view();
  esp_matrix uv = u.view();
  esp_matrix lv = loss != nullptr ? loss->view() : esp_matrix{};
  wv.device = uv.device = lv.device = on_device;
  const esp_matrix* l = loss != nullptr ? &lv : nullptr;
  const Workspace workspace(esp_sparsegpt_sweep_workspace_bytes(&wv, block_cols));
  const esp_status status =
      p.group > 0 ? esp_sparsegpt_sweep_n_of_m(&wv, &uv, p.keep, p.group, block_cols, l,
                                               workspace.data(), workspace.bytes(), nullptr)
                  : esp_sparsegpt_sweep(&wv, &uv, p.sparsity, p.rounding, block_cols, l,
                                        workspace.data(), workspace.bytes(), nullptr);
  ASSERT_EQ(ESP_OK, status) << esp_last_error();
}

bool is_pruned(const Matrix<float>& w, int64_t i, int64_t j) {
  return w.at(i, j) == 0 && !std::signbit(w.at(i, j));
}

int64_t count_pruned(const Matrix<float>& w, int64_t begin, int64_t end) {
  int64_t count = 0;
  for (int64_t i = 0; i < w.rows(); ++i) {
    for (int64_t j = begin; j < end; ++j) count += is_pruned(w, i, j);
  }
  return count;
}

/** Few flips against the float64 sweep; where a row has none, the same weights and loss. */
void expect_matches(const Matrix<float>& w, const Dense& loss, const Swept& expected) {
  int64_t flips = 0;
  for (int64_t i = 0; i < w.rows(); ++i) {
    int64_t in_row = 0;
    double difference = 0;
    double norm = 0;
    for (int64_t j = 0; j < w.cols(); ++j) {
      in_row += is_pruned(w, i, j) != (expected.pruned.at(i, j) == 1);
      difference += std::pow(static_cast<double>(w.at(i, j)) - expected.w.at(i, j), 2);
      norm += std::pow(expected.w.at(i, j), 2);
    }
    flips += in_row;
    if (in_row == 0) {
      EXPECT_LE(std::sqrt(difference), 1e-5 * std::sqrt(norm)) << "row " << i;
      EXPECT_NEAR(loss.at(i, 0), expected.loss.at(i, 0), 1e-4 * expected.loss.at(i, 0));
    }
  }
  EXPECT_LE(static_cast<double>(flips), 1e-4 * static_cast<double>(w.rows() * w.cols()));
}

/** tr((a - b) H (a - b)^T) / 2 with the damped H. */
double output_error(const Matrix<float>& a, const Matrix<float>& b, const Dense& h) {
  double sum = 0;
  for (int64_t r = 0; r < a.rows(); ++r) {
    for (int64_t i = 0; i < a.cols(); ++i) {
      const double di = static_cast<double>(a.at(r, i)) - static_cast<double>(b.at(r, i));
      for (int64_t j = 0; j < a.cols(); ++j) {
        sum +=
            di * h.at(i, j) * (static_cast<double>(a.at(r, j)) - static_cast<double>(b.at(r, j)));
      }
    }
  }
  return sum / 2;
}

struct Shape {
  int64_t rows, cols, block_cols;
};

}  // namespace

TEST(SparseGptSweep, MatchesFloat64) {
  for (const Shape s : {Shape{1, 1, 1},
                        {1, 2, 128},
                        {2, 63, 16},
                        {33, 64, 64},
                        {65, 65, 17},
                        {40, 129, 128},
                        {127, 200, 128},
                        {100, 384, 128},
                        {31, 200, 1024}}) {
    const Matrix<float> u = inverse_factor(llm_like_hessian(s.cols, 1, 1));
    const Matrix<float> weights = random_weights(s.rows, s.cols, 2, 3);
    for (const Pattern& p : {unstructured(0.5), unstructured(0.7, ESP_PUBLISHED)}) {
      const Swept expected = oracle_sweep(weights, u, p, s.block_cols);
      for_every_setting([&] {
        SCOPED_TRACE(std::to_string(s.rows) + " x " + std::to_string(s.cols));
        Matrix<float> w = weights;
        Dense loss(s.rows, 1, 2);
        sweep(w, u, p, s.block_cols, &loss);
        expect_matches(w, loss, expected);
        EXPECT_TRUE(w.gap_untouched());
        EXPECT_TRUE(loss.gap_untouched());
        for (int64_t begin = 0; begin < s.cols; begin += s.block_cols) {
          const int64_t end = std::min(begin + s.block_cols, s.cols);
          const double count = static_cast<double>(s.rows * (end - begin));
          EXPECT_EQ(p.rounding == ESP_PUBLISHED
                        ? static_cast<int64_t>(count * p.sparsity) + 1
                        : exact_count(w, p.sparsity, end) - exact_count(w, p.sparsity, begin),
                    count_pruned(w, begin, end));
        }
      });
    }
  }
}

TEST(SparseGptSweep, NOfMMatchesFloat64) {
  struct Case {
    int64_t keep, group, cols, block_cols;
  };
  for (const Case c : {Case{2, 4, 200, 128},
                       {4, 8, 384, 128},
                       {1, 4, 64, 64},
                       {1, 2, 130, 128},
                       {2, 3, 129, 96},
                       {5, 12, 132, 60},
                       {3, 17, 68, 34},
                       {20, 64, 192, 128}}) {
    const Matrix<float> u = inverse_factor(llm_like_hessian(c.cols, 3));
    const Matrix<float> weights = random_weights(70, c.cols, 4, 1);
    const Swept expected = oracle_sweep(weights, u, n_of_m(c.keep, c.group), c.block_cols);
    for_every_setting([&] {
      SCOPED_TRACE(std::to_string(c.keep) + ":" + std::to_string(c.group));
      Matrix<float> w = weights;
      Dense loss(w.rows(), 1);
      sweep(w, u, n_of_m(c.keep, c.group), c.block_cols, &loss);
      expect_matches(w, loss, expected);
      EXPECT_TRUE(w.gap_untouched());
      for (int64_t i = 0; i < w.rows(); ++i) {
        for (int64_t j = 0; j < c.cols; j += c.group) {
          int64_t pruned = 0;
          for (int64_t a = j; a < j + c.group; ++a) pruned += is_pruned(w, i, a);
          ASSERT_EQ(c.group - c.keep, pruned) << i << ", " << j;
        }
      }
    });
  }
}

TEST(SparseGptSweep, TiesGoToTheLowerIndex) {
  const Matrix<float> u = identity(6);  // no weight changes but by pruning
  for_every_setting([&] {
    Matrix<float> w(5, 6);
    for (int64_t i = 0; i < 5; ++i) {
      for (int64_t j = 0; j < 6; ++j) w.at(i, j) = j % 2 == 0 ? -3.0F : 3.0F;
    }
    Matrix<float> exact = w;
    sweep(exact, u, unstructured(0.5), 6);
    for (int64_t i = 0; i < 5; ++i) {
      for (int64_t j = 0; j < 6; ++j) EXPECT_EQ(i * 6 + j < 15, is_pruned(exact, i, j));
    }
    Matrix<float> published = w;
    sweep(published, u, unstructured(0.5, ESP_PUBLISHED), 6);
    EXPECT_EQ(30, count_pruned(published, 0, 6));
    Matrix<float> grouped = w;
    sweep(grouped, u, n_of_m(1, 3), 6);
    for (int64_t i = 0; i < 5; ++i) {
      for (int64_t j = 0; j < 6; ++j) EXPECT_EQ(j % 3 < 2, is_pruned(grouped, i, j));
    }
  });
}

TEST(SparseGptSweep, ChoosesAmongManyTies) {
  const auto expect_oracle = [](const Matrix<float>& weights, const Pattern& p) {
    const Matrix<float> u = identity(weights.cols());
    const int64_t block_cols = p.group > 0 ? 2 * p.group : 128;
    const Swept expected = oracle_sweep(weights, u, p, block_cols);
    for_every_setting([&] {
      Matrix<float> w = weights;
      sweep(w, u, p, block_cols);
      for (int64_t i = 0; i < w.rows(); ++i) {
        for (int64_t j = 0; j < w.cols(); ++j) {
          ASSERT_EQ(expected.pruned.at(i, j) == 1, is_pruned(w, i, j)) << i << ", " << j;
        }
      }
    });
  };
  const auto few_values = [](int64_t rows, int64_t cols) {
    Matrix<float> w = random_weights(rows, cols, 21);
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < cols; ++j)
        w.at(i, j) = std::copysign(1 + std::round(std::fabs(w.at(i, j))), w.at(i, j));
    }
    return w;
  };
  for (double sparsity : {0.1, 0.5, 0.77})
    expect_oracle(few_values(150, 71), unstructured(sparsity));
  for (int64_t group : {2, 3, 4, 7, 8, 12, 16, 17, 32, 33, 64}) {
    SCOPED_TRACE("group " + std::to_string(group));
    expect_oracle(few_values(9, 3 * group), n_of_m((group + 1) / 2, group));
  }
}

TEST(SparseGptSweep, MatchesFloat64InManyPanels) {
  struct Case {
    Pattern pattern;
    int64_t cols, block_cols;
  };
  for (const Case& c : {Case{unstructured(0.5), 1100, 128},
                        {unstructured(0.6), 1300, 1024},
                        {unstructured(0.6, ESP_PUBLISHED), 1111, 300},
                        {n_of_m(2, 4), 1100, 128},
                        {n_of_m(7, 17), 1139, 17},
                        {n_of_m(40, 64), 1152, 64}}) {
    SCOPED_TRACE(std::to_string(c.cols) + " columns, blocks of " + std::to_string(c.block_cols));
    const Matrix<float> u = random_factor(c.cols, 11);
    const Matrix<float> weights = random_weights(5, c.cols, 12);
    const Swept expected = oracle_sweep(weights, u, c.pattern, c.block_cols);
    for_every_setting([&] {
      Matrix<float> w = weights;
      Dense loss(5, 1);
      sweep(w, u, c.pattern, c.block_cols, &loss);
      expect_matches(w, loss, expected);
    });
  }
}

TEST(SparseGptSweep, StridesAndTheLowerTriangleDoNotMatter) {
  const Matrix<float> weights = random_weights(37, 384, 13);
  const Matrix<float> u = random_factor(384, 14);
  Matrix<float> strided_u = random_factor(384, 14, 5);
  for (int64_t i = 0; i < 384; ++i) {
    for (int64_t j = 0; j < i; ++j) strided_u.at(i, j) = NAN;
  }
  for (const Pattern& p : {unstructured(0.5), n_of_m(2, 4), n_of_m(5, 8), n_of_m(16, 64)}) {
    Matrix<float> w = weights;
    Dense loss(37, 1);
    sweep(w, u, p, 128, &loss);
    Matrix<float> strided = random_weights(37, 384, 13, 3);
    Dense strided_loss(37, 1, 2);
    sweep(strided, strided_u, p, 128, &strided_loss);
    EXPECT_TRUE(strided.gap_untouched());
    for (int64_t i = 0; i < 37; ++i) {
      ASSERT_EQ(loss.at(i, 0), strided_loss.at(i, 0)) << i;
      for (int64_t j = 0; j < 384; ++j) ASSERT_EQ(w.at(i, j), strided.at(i, j)) << i << ", " << j;
    }
  }
}

TEST(SparseGptSweep, ChoosesAsTheCpuDoes) {
  if (device() < 0) GTEST_SKIP() << "this is the CPU";
  const Matrix<float> weights = random_weights(65, 96, 15);
  const Matrix<float> u = random_factor(96, 16);
  for (const Pattern& p : {unstructured(0.5), unstructured(0.5, ESP_PUBLISHED), n_of_m(2, 4)}) {
    Matrix<float> w = weights;
    Matrix<float> on_cpu = weights;
    sweep(w, u, p, 128);
    sweep(on_cpu, u, p, 128, nullptr, -1);
    for (int64_t i = 0; i < w.rows(); ++i) {
      for (int64_t j = 0; j < w.cols(); ++j) {
        ASSERT_EQ(is_pruned(on_cpu, i, j), is_pruned(w, i, j)) << i << ", " << j;
      }
    }
  }
}

TEST(SparseGptSweep, ExtremeSparsities) {
  const Matrix<float> u = inverse_factor(llm_like_hessian(130, 5));
  const Matrix<float> weights = random_weights(50, 130, 6);
  for_every_setting([&] {
    Matrix<float> none = weights;
    sweep(none, u, unstructured(0), 128);
    EXPECT_TRUE(none.same_bits(weights));
    Matrix<float> all = weights;
    sweep(all, u, unstructured(1), 128);
    EXPECT_EQ(50 * 130, count_pruned(all, 0, 130));
    Matrix<float> zero(50, 130);
    sweep(zero, u, unstructured(0.3), 128);
    EXPECT_EQ(50 * 130, count_pruned(zero, 0, 130));
  });
}

TEST(SparseGptSweep, NanRanksAboveEveryNumber) {
  const Matrix<float> u = identity(4);
  for_every_setting([&] {
    for (const Pattern& p : {unstructured(0.5), n_of_m(2, 4)}) {
      Matrix<float> w(1, 4);
      w.at(0, 0) = -NAN;
      w.at(0, 1) = 2;
      w.at(0, 2) = INFINITY;
      w.at(0, 3) = 1;
      sweep(w, u, p, 4);
      EXPECT_TRUE(std::isnan(w.at(0, 0)));
      EXPECT_TRUE(is_pruned(w, 0, 1));
      EXPECT_EQ(INFINITY, w.at(0, 2));
      EXPECT_TRUE(is_pruned(w, 0, 3));
    }
  });
}

TEST(SparseGptSweep, LossIsTheOutputErrorAndBelowPlainMasking) {
  const Matrix<float> hessian = llm_like_hessian(200, 7);
  const Dense damped_hessian = damped(hessian, 0.01);
  const Matrix<float> u = inverse_factor(hessian);
  const Matrix<float> weights = random_weights(64, 200, 8);
  for (const Pattern& p : {unstructured(0.6), n_of_m(2, 4)}) {
    Matrix<float> w = weights;
    Dense loss(64, 1);
    sweep(w, u, p, 128, &loss);
    double total = 0;
    for (int64_t i = 0; i < 64; ++i) total += loss.at(i, 0);
    const double error = output_error(w, weights, damped_hessian);
    EXPECT_NEAR(error, total, 1e-3 * error);
    Matrix<float> masked = weights;
    for (int64_t i = 0; i < 64; ++i) {
      for (int64_t j = 0; j < 200; ++j) {
        if (is_pruned(w, i, j)) masked.at(i, j) = 0;
      }
    }
    EXPECT_LT(error, output_error(masked, weights, damped_hessian));
  }
}

TEST(SparseGptSweep, SameBitsForAnyThreadCount) {
  const int64_t rows = device() < 0 ? 1300 : 150;
  const Matrix<float> u = inverse_factor(llm_like_hessian(260, 9));
  Matrix<float> weights = random_weights(rows, 260, 10);
  for (int64_t i = 0; i < rows; ++i) {  // few distinct values in the first block: ties
    for (int64_t j = 0; j < 128; ++j) weights.at(i, j) = std::round(weights.at(i, j));
  }
  for (const Pattern& p : {unstructured(0.5), unstructured(0.5, ESP_PUBLISHED), n_of_m(2, 4)}) {
    Matrix<float> first = weights;
    Dense first_loss(rows, 1);
    sweep(first, u, p, 128, &first_loss);
    for_each_thread_count([&] {
      Matrix<float> w = weights;
      Dense loss(rows, 1);
      sweep(w, u, p, 128, &loss);
      EXPECT_TRUE(w.same_bits(first));
      EXPECT_TRUE(loss.same_bits(first_loss));
    });
  }
}

TEST(SparseGptSweep, RejectsBadArguments) {
  const Matrix<float> w(4, 8);
  const Matrix<float> u(8, 8);
  const Matrix<float> small(7, 7);
  const Dense loss(4, 1);
  const Dense wide_loss(4, 2);
  const esp_matrix wv = w.view();
  const esp_matrix uv = u.view();
  const esp_matrix sv = small.view();
  const esp_matrix lv = loss.view();
  const esp_matrix bad_loss = wide_loss.view();
  const Workspace workspace(esp_sparsegpt_sweep_workspace_bytes(&wv, 8));
  const auto plain = [&](const esp_matrix* a, const esp_matrix* b, double sparsity,
                         esp_rounding rounding, int64_t block_cols, const esp_matrix* l,
                         size_t bytes) {
    return esp_sparsegpt_sweep(a, b, sparsity, rounding, block_cols, l, workspace.data(), bytes,
                               nullptr);
  };
  const size_t bytes = workspace.bytes();
  EXPECT_EQ(ESP_INVALID_ARGUMENT, plain(nullptr, &uv, 0.5, ESP_EXACT, 8, &lv, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, plain(&wv, nullptr, 0.5, ESP_EXACT, 8, &lv, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, plain(&wv, &sv, 0.5, ESP_EXACT, 8, &lv, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, plain(&wv, &uv, -0.1, ESP_EXACT, 8, &lv, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, plain(&wv, &uv, NAN, ESP_EXACT, 8, &lv, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, plain(&wv, &uv, 1.0, ESP_PUBLISHED, 8, &lv, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, plain(&wv, &uv, 0.5, ESP_EXACT, 0, &lv, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, plain(&wv, &uv, 0.5, ESP_EXACT, 1025, &lv, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, plain(&wv, &uv, 0.5, ESP_EXACT, 8, &bad_loss, bytes));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, plain(&wv, &uv, 0.5, ESP_EXACT, 8, &lv, bytes - 1));
  const auto grouped = [&](int64_t keep, int64_t group, int64_t block_cols) {
    return esp_sparsegpt_sweep_n_of_m(&wv, &uv, keep, group, block_cols, nullptr, workspace.data(),
                                      bytes, nullptr);
  };
  EXPECT_EQ(ESP_INVALID_ARGUMENT, grouped(0, 4, 8));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, grouped(4, 4, 8));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, grouped(1, 3, 6));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, grouped(2, 4, 6));
  EXPECT_EQ(ESP_INVALID_ARGUMENT, grouped(1, 65, 130));
}
