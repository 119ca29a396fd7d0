#include <algorithm>

#include "support.hpp"

using namespace espalier::test;

namespace {

esp_status prune(Matrix& w, Matrix* s, double sparsity, esp_rounding rounding) {
  const esp_matrix view = w.view();
  const esp_matrix scale = s != nullptr ? s->view() : esp_matrix{};
  Workspace scratch(esp_prune_rows_smallest_workspace_bytes(&view));
  return esp_prune_rows_smallest(&view, s != nullptr ? &scale : nullptr, sparsity, rounding,
                                 scratch.data(), scratch.bytes(), nullptr);
}

int64_t row_count(const Matrix& w, int64_t i, double sparsity, esp_rounding rounding) {
  if (rounding == ESP_PUBLISHED) {
    return static_cast<int64_t>(static_cast<double>(w.cols()) * sparsity);
  }
  const int64_t total = std::llround(static_cast<double>(w.rows() * w.cols()) * sparsity);
  return (i + 1) * total / w.rows() - i * total / w.rows();
}

Matrix expected(Matrix w, const Matrix* s, double sparsity, esp_rounding rounding) {
  const Matrix dense = w;
  for (int64_t i = 0; i < w.rows(); ++i) {
    const auto order = ascending(w.cols(), [&](int64_t j) { return score(dense, s, i, j); });
    const int64_t count = row_count(w, i, sparsity, rounding);
    for (int64_t k = 0; k < count; ++k) w.zero(i, order[static_cast<size_t>(k)]);
  }
  return w;
}

void expect_oracle(const Matrix& dense, Matrix* s, double sparsity, esp_rounding rounding) {
  const Matrix want = expected(dense, s, sparsity, rounding);
  for_every_setting([&] {
    Matrix w = dense;
    ASSERT_EQ(ESP_OK, prune(w, s, sparsity, rounding)) << esp_last_error();
    EXPECT_TRUE(w.bytes() == want.bytes()) << "sparsity " << sparsity;
  });
}

}  // namespace

TEST(PruneRowsSmallest, EqualsStableSort) {
  const int64_t for_cpu[][2] = {{1, 1}, {7, 1}, {1, 5}, {5, 33}, {3, 192}, {4, 1000}, {60, 1500}};
  const int64_t for_device[][2] = {{1, 1}, {7, 1}, {1, 5}, {5, 33}, {3, 192}, {4, 1000}, {5, 1500}};
  unsigned seed = 1;
  for (const auto& shape : device() < 0 ? for_cpu : for_device) {
    Matrix s = scales(shape[1], ++seed);
    for (esp_dtype dtype : weight_dtypes) {
      for (Content content : contents) {
        Matrix w(dtype, shape[0], shape[1], 3);
        fill(w, content, ++seed);
        SCOPED_TRACE(describe(w.view(), content));
        for (double sparsity : in_turn<double>({0.31, 0.0, 0.5, 0.7, 1.0}, seed % 11)) {
          const bool scaled = ++seed % 2 == 0;
          expect_oracle(w, scaled ? &s : nullptr, sparsity,
                        seed % 4 < 2 ? ESP_EXACT : ESP_PUBLISHED);
        }
      }
    }
  }
}

TEST(PruneRowsSmallest, WideRows) {
  Matrix s = scales(20011, 1);
  for (esp_dtype dtype : weight_dtypes) {
    Matrix w(dtype, 2, 20011);
    fill(w, Content::gaussian, 5);
    expect_oracle(w, &s, 0.6, ESP_EXACT);
    expect_oracle(w, nullptr, 0.6, ESP_EXACT);
  }
}

// Keys that on a device are a little less than what it grants a block unasked; with what is static
// in the kernel they are more. 11,008 columns has a down_proj of LLaMA-2-7B.
TEST(PruneRowsSmallest, KeysAboutAsLargeAsSharedMemoryUnasked) {
  for (int64_t cols : {10176, 10177, 11008, 12288, 12289}) {
    Matrix s = scales(cols, 1);
    for (esp_dtype dtype : weight_dtypes) {
      Matrix w(dtype, 2, cols);
      fill(w, Content::gaussian, 5);
      SCOPED_TRACE(describe(w.view(), Content::gaussian));
      expect_oracle(w, dtype == ESP_F16 ? nullptr : &s, 0.6, ESP_EXACT);
    }
  }
}

// On a device the keys of a row do not fit into shared memory.
TEST(PruneRowsSmallest, RowsTooWideToKeep) {
  for (int64_t cols : {100008, 30001}) {
    Matrix s = scales(cols, 1);
    for (esp_dtype dtype : weight_dtypes) {
      Matrix w(dtype, 1, cols);
      fill(w, cols % 8 == 0 ? Content::gaussian : Content::coarse, 5);
      expect_oracle(w, dtype == ESP_F16 ? nullptr : &s, 0.6, ESP_EXACT);
    }
  }
}

// Rows of whole 16-byte accesses, with and without padding that keeps them so.
TEST(PruneRowsSmallest, AlignedRows) {
  const int64_t shapes[][3] = {{3, 8, 0}, {5, 64, 8}, {2, 1024, 24}, {3, 1032, 0}, {1, 6152, 0}};
  unsigned seed = 1;
  for (const auto& shape : shapes) {
    Matrix s = scales(shape[1], ++seed);
    for (esp_dtype dtype : weight_dtypes) {
      for (Content content : contents) {
        Matrix w(dtype, shape[0], shape[1], shape[2]);
        fill(w, content, ++seed);
        SCOPED_TRACE(describe(w.view(), content));
        expect_oracle(w, seed % 3 == 0 ? nullptr : &s, 0.55, ESP_EXACT);
      }
    }
  }
}

TEST(PruneRowsSmallest, ScalesOfAnyAlignment) {
  Matrix s = scales(65, 3);
  for (esp_dtype dtype : weight_dtypes) {
    Matrix dense(dtype, 4, 64);
    fill(dense, Content::gaussian, 2);
    esp_matrix from_second = s.view();
    from_second.data = static_cast<float*>(from_second.data) + 1;
    from_second.cols = 64;
    Matrix same(ESP_F32, 1, 64);
    same.fill([&](int64_t, int64_t j) { return s.get(0, j + 1); });
    Matrix w = dense;
    const esp_matrix view = w.view();
    Workspace scratch(esp_prune_rows_smallest_workspace_bytes(&view));
    ASSERT_EQ(ESP_OK, esp_prune_rows_smallest(&view, &from_second, 0.5, ESP_EXACT, scratch.data(),
                                              scratch.bytes(), nullptr));
    EXPECT_TRUE(w.bytes() == expected(dense, &same, 0.5, ESP_EXACT).bytes());
  }
}

// Large values at regular places, where a sample of the row might look.
TEST(PruneRowsSmallest, MisleadingSample) {
  for (int64_t run : {4, 8, 16}) {
    for (int64_t phase = 0; phase < 4; ++phase) {
      Matrix w(ESP_F32, 1, 1024);
      std::mt19937 random(9);
      std::uniform_real_distribution<double> jitter(0, 0.1);
      w.fill([&](int64_t, int64_t j) {
        return (j / run % 4 == phase ? 1000.0 : 1.0) + jitter(random);
      });
      for (double sparsity : {0.2, 0.5, 0.74, 0.9}) expect_oracle(w, nullptr, sparsity, ESP_EXACT);
    }
  }
}

TEST(PruneRowsSmallest, ScoresThatAreNotFinite) {
  Matrix s(ESP_F32, 1, 40);
  const double inf = std::numeric_limits<double>::infinity();
  s.fill([&](int64_t, int64_t j) { return j % 4 == 0 ? inf : j % 4 == 1 ? std::nan("") : 0.5; });
  Matrix w(ESP_F32, 6, 40);
  fill(w, Content::special, 3);
  expect_oracle(w, &s, 0.6, ESP_EXACT);
}

TEST(PruneRowsSmallest, ExactTotalIsSpreadOverRows) {
  Matrix w(ESP_F32, 10, 192);
  fill(w, Content::gaussian, 2);
  ASSERT_EQ(ESP_OK, prune(w, nullptr, 0.7, ESP_EXACT)) << esp_last_error();
  const esp_matrix view = w.view();
  int64_t zeros = 0;
  Workspace scratch(esp_count_zeros_workspace_bytes(&view));
  ASSERT_EQ(ESP_OK, esp_count_zeros(&view, &zeros, scratch.data(), scratch.bytes(), nullptr));
  EXPECT_EQ(1344, zeros);  // 134.4 a row; the published count is 134
}

TEST(PruneRowsSmallest, AgainChangesNothing) {
  for (esp_dtype dtype : weight_dtypes) {
    Matrix w(dtype, 9, 700);
    fill(w, Content::coarse, 4);
    Matrix s = scales(700, 5);
    ASSERT_EQ(ESP_OK, prune(w, &s, 0.5, ESP_EXACT));
    const Matrix once = w;
    ASSERT_EQ(ESP_OK, prune(w, &s, 0.5, ESP_EXACT));
    EXPECT_TRUE(w.bytes() == once.bytes());
  }
}

TEST(PruneRowsSmallest, ThreadsGrowAfterWorkspaceSize) {
  Matrix dense(ESP_F32, 16, 100);
  fill(dense, Content::gaussian, 6);
  Matrix w = dense;
  esp_matrix view = w.view();
  esp_set_num_threads(1);
  Workspace scratch(esp_prune_rows_smallest_workspace_bytes(&view));
  esp_set_num_threads(4);
  ASSERT_EQ(ESP_OK, esp_prune_rows_smallest(&view, nullptr, 0.5, ESP_EXACT, scratch.data(),
                                            scratch.bytes(), nullptr));
  esp_set_num_threads(0);
  EXPECT_TRUE(w.bytes() == expected(dense, nullptr, 0.5, ESP_EXACT).bytes());
}

TEST(PruneRowsSmallest, RejectsBadArguments) {
  Matrix matrix(ESP_F32, 4, 8);
  Matrix scale(ESP_F32, 1, 8), short_scale(ESP_F32, 1, 7), half_scale(ESP_F16, 1, 8);
  Matrix wide(ESP_F64, 4, 8);
  matrix.fill([](int64_t, int64_t) { return 1.0; });
  esp_matrix w = matrix.view();
  const esp_matrix s = scale.view();
  Workspace scratch(esp_prune_rows_smallest_workspace_bytes(&w));
  const auto call = [&](const esp_matrix* weight, const esp_matrix* with, double sparsity,
                        void* workspace, size_t bytes) {
    return esp_prune_rows_smallest(weight, with, sparsity, ESP_EXACT, workspace, bytes, nullptr);
  };
  void* good = scratch.data();
  const size_t bytes = scratch.bytes();
  const esp_matrix s7 = short_scale.view(), s16 = half_scale.view(), w64 = wide.view();
  expect_invalid(call(nullptr, &s, 0.5, good, bytes), "w is NULL");
  expect_invalid(call(&w64, &s, 0.5, good, bytes), "w has dtype f64");
  expect_invalid(call(&w, &s7, 0.5, good, bytes), "s has shape 1 x 7, expected 1 x 8");
  expect_invalid(call(&w, &s16, 0.5, good, bytes), "s has dtype f16");
  expect_invalid(call(&w, &s, std::nan(""), good, bytes), "sparsity");
  expect_invalid(call(&w, &s, -0.1, good, bytes), "sparsity");
  expect_invalid(call(&w, &s, 1.1, good, bytes), "sparsity");
  if (bytes > 0) {
    expect_invalid(call(&w, &s, 0.5, nullptr, bytes), "workspace");
    expect_invalid(call(&w, &s, 0.5, good, 8), "workspace has 8 bytes");
    expect_invalid(call(&w, &s, 0.5, static_cast<char*>(good) + 4, bytes), "aligned");
  }
  esp_matrix elsewhere = w;
  elsewhere.device = device() + 1;
  expect_invalid(call(&elsewhere, &s, 0.5, good, bytes), "different devices");
  w.row_stride = 7;
  expect_invalid(call(&w, &s, 0.5, good, bytes), "row_stride");
  for (int64_t j = 0; j < 8; ++j) EXPECT_EQ(1.0, matrix.get(0, j));
}
