#include <algorithm>

#include "support.hpp"

using namespace espalier::test;

namespace {

esp_status prune(Matrix& w, double sparsity, esp_rounding rounding) {
  const esp_matrix view = w.view();
  Workspace scratch(esp_prune_matrix_smallest_workspace_bytes(&view));
  return esp_prune_matrix_smallest(&view, sparsity, rounding, scratch.data(), scratch.bytes(),
                                   nullptr);
}

Matrix expected(Matrix w, double sparsity, esp_rounding rounding) {
  const Matrix dense = w;
  const int64_t n = w.rows() * w.cols();
  const auto at = [&](int64_t k) {
    return score(dense, nullptr, k / dense.cols(), k % dense.cols());
  };
  const auto order = ascending(n, at);
  const double wanted = static_cast<double>(n) * sparsity;
  int64_t count = std::llround(wanted);
  if (rounding == ESP_PUBLISHED) {
    const float threshold = at(order[static_cast<size_t>(wanted)]);
    count = 0;
    while (count < n && !precedes(threshold, at(order[static_cast<size_t>(count)]))) ++count;
  }
  for (int64_t k = 0; k < count; ++k) {
    const int64_t element = order[static_cast<size_t>(k)];
    w.zero(element / w.cols(), element % w.cols());
  }
  return w;
}

void expect_oracle(const Matrix& dense, double sparsity, esp_rounding rounding) {
  const Matrix want = expected(dense, sparsity, rounding);
  for_every_setting([&] {
    Matrix w = dense;
    ASSERT_EQ(ESP_OK, prune(w, sparsity, rounding)) << esp_last_error();
    EXPECT_TRUE(w.bytes() == want.bytes()) << "sparsity " << sparsity << " " << rounding;
  });
}

}  // namespace

TEST(PruneMatrixSmallest, EqualsStableSort) {
  const int64_t shapes[][2] = {{1, 1}, {9, 1}, {1, 50}, {13, 37}, {40, 64}};
  unsigned seed = 1;
  for (const auto& shape : shapes) {
    for (esp_dtype dtype : weight_dtypes) {
      for (Content content : contents) {
        Matrix w(dtype, shape[0], shape[1], 5);
        fill(w, content, ++seed);
        SCOPED_TRACE(describe(w.view(), content));
        for (double sparsity : in_turn<double>({0.31, 0.0, 0.5, 0.9, 1.0}, seed % 11)) {
          expect_oracle(w, sparsity, ESP_EXACT);
          if (sparsity < 1) expect_oracle(w, sparsity, ESP_PUBLISHED);
        }
      }
    }
  }
}

// Large enough to be sampled, or on a device for several blocks.
TEST(PruneMatrixSmallest, LargeMatrices) {
  const int64_t for_cpu[][2] = {{300, 411}, {1, 150000}, {60000, 3}};
  const int64_t for_device[][2] = {{30, 411}, {1, 50000}, {7000, 3}};
  unsigned seed = 1;
  for (const auto& shape : device() < 0 ? for_cpu : for_device) {
    for (esp_dtype dtype : weight_dtypes) {
      for (Content content : contents) {
        Matrix w(dtype, shape[0], shape[1], 1);
        fill(w, content, ++seed);
        SCOPED_TRACE(describe(w.view(), content));
        const double sparsity = seed % 2 == 0 ? 0.5 : 0.003;
        for (esp_rounding rounding : in_turn<esp_rounding>({ESP_EXACT, ESP_PUBLISHED}, seed / 3)) {
          expect_oracle(w, sparsity, rounding);
        }
      }
    }
  }
}

// Rows of whole 16-byte accesses, with and without padding that keeps them so.
TEST(PruneMatrixSmallest, AlignedRows) {
  const int64_t shapes[][3] = {{1, 8, 0}, {9, 64, 8}, {21, 1000, 0}, {75, 1000, 24}};
  unsigned seed = 1;
  for (const auto& shape : shapes) {
    for (esp_dtype dtype : weight_dtypes) {
      for (Content content : contents) {
        Matrix w(dtype, shape[0], shape[1], shape[2]);
        fill(w, content, ++seed);
        SCOPED_TRACE(describe(w.view(), content));
        for (double sparsity : in_turn<double>({0.5, 0.03, 0.7}, seed)) {
          expect_oracle(w, sparsity, ESP_EXACT);
        }
        if (seed % 3 == 0) expect_oracle(w, 0.5, ESP_PUBLISHED);
      }
    }
  }
}

// Ties reach over several blocks of a device, and several rounds of one.
TEST(PruneMatrixSmallest, TiesEndAnywhere) {
  for (esp_dtype dtype : {ESP_F32, ESP_BF16}) {
    for (int64_t padding : {0, 1}) {
      Matrix w(dtype, 60, 1024, padding);
      w.fill([](int64_t i, int64_t j) { return (7 * i + j) % 5 == 0 ? 1.0 : 2.0; });
      for (double sparsity : {1e-5, 0.07, 0.1999, 0.2, 0.21, 0.6, 0.99999}) {
        expect_oracle(w, sparsity, ESP_EXACT);
      }
    }
  }
}

// Rows a sample is likely to read look nothing like the others.
TEST(PruneMatrixSmallest, MisleadingSample) {
  const int64_t rows = 100000;
  std::mt19937 random(3);
  std::uniform_real_distribution<double> usual(1, 1.1), large(100, 1100);
  Matrix w(ESP_F32, rows, 3);
  w.fill([&](int64_t, int64_t) { return usual(random); });
  for (int64_t vectors : {4097, 8193, 16385}) {
    for (int64_t v = 0; v < vectors; ++v) {
      for (int64_t j = 0; j < 3; ++j) w.set(v * rows / vectors, j, large(random));
    }
  }
  expect_oracle(w, 0.3, ESP_EXACT);
  expect_oracle(w, 0.3, ESP_PUBLISHED);
}

TEST(PruneMatrixSmallest, AgainChangesNothing) {
  for (esp_dtype dtype : weight_dtypes) {
    for (esp_rounding rounding : {ESP_EXACT, ESP_PUBLISHED}) {
      Matrix w(dtype, 400, 500);
      fill(w, Content::gaussian, 4);
      ASSERT_EQ(ESP_OK, prune(w, 0.5, rounding));
      const Matrix once = w;
      ASSERT_EQ(ESP_OK, prune(w, 0.5, rounding));
      EXPECT_TRUE(w.bytes() == once.bytes());
    }
  }
}

TEST(PruneMatrixSmallest, PublishedThresholdTakesItsTies) {
  Matrix w(ESP_F32, 1, 6);
  const double values[] = {3, -1, 2, 2, -2, 5};
  w.fill([&](int64_t, int64_t j) { return values[j]; });
  ASSERT_EQ(ESP_OK, prune(w, 0.2, ESP_PUBLISHED));  // entry 1 of the ascending |w| is 2
  const double want[] = {3, 0, 0, 0, 0, 5};
  for (int64_t j = 0; j < 6; ++j) EXPECT_EQ(want[j], w.get(0, j));
}

TEST(PruneMatrixSmallest, RejectsBadArguments) {
  Matrix matrix(ESP_BF16, 4, 8), wide(ESP_F64, 4, 8);
  const esp_matrix w = matrix.view(), w64 = wide.view();
  Workspace scratch(esp_prune_matrix_smallest_workspace_bytes(&w));
  const auto call = [&](const esp_matrix* weight, double sparsity, esp_rounding rounding,
                        void* workspace, size_t bytes) {
    return esp_prune_matrix_smallest(weight, sparsity, rounding, workspace, bytes, nullptr);
  };
  void* good = scratch.data();
  const size_t bytes = scratch.bytes();
  expect_invalid(call(nullptr, 0.5, ESP_EXACT, good, bytes), "w is NULL");
  expect_invalid(call(&w64, 0.5, ESP_EXACT, good, bytes), "w has dtype f64");
  expect_invalid(call(&w, std::nan(""), ESP_EXACT, good, bytes), "sparsity");
  expect_invalid(call(&w, 1.5, ESP_EXACT, good, bytes), "sparsity");
  expect_invalid(call(&w, 1.0, ESP_PUBLISHED, good, bytes), "sparsity is 1");
  expect_invalid(call(&w, 0.5, ESP_EXACT, nullptr, 0), "workspace has 0 bytes");
  expect_invalid(call(&w, 0.5, ESP_EXACT, good, bytes - 1), "workspace");
  expect_invalid(call(&w, 0.5, ESP_EXACT, static_cast<char*>(good) + 1, bytes), "aligned");
}
