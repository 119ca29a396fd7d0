#include <algorithm>

#include "support.hpp"

using namespace espalier::test;

namespace {

esp_status prune(Matrix& w, Matrix* s, int64_t keep, int64_t group) {
  const esp_matrix view = w.view();
  const esp_matrix scale = s != nullptr ? s->view() : esp_matrix{};
  return esp_prune_n_of_m(&view, s != nullptr ? &scale : nullptr, keep, group, nullptr);
}

Matrix expected(Matrix w, const Matrix* s, int64_t keep, int64_t group) {
  const Matrix dense = w;
  for (int64_t i = 0; i < w.rows(); ++i) {
    for (int64_t begin = 0; begin < w.cols(); begin += group) {
      const auto order = ascending(group, [&](int64_t j) { return score(dense, s, i, begin + j); });
      for (int64_t k = 0; k < group - keep; ++k) w.zero(i, begin + order[static_cast<size_t>(k)]);
    }
  }
  return w;
}

void expect_oracle(const Matrix& dense, Matrix* s, int64_t keep, int64_t group) {
  const Matrix want = expected(dense, s, keep, group);
  for_every_setting([&] {
    Matrix w = dense;
    ASSERT_EQ(ESP_OK, prune(w, s, keep, group)) << esp_last_error();
    EXPECT_TRUE(w.bytes() == want.bytes()) << keep << " of " << group;
  });
}

}  // namespace

TEST(PruneNOfM, EqualsStableSortForEveryPattern) {
  unsigned seed = 1;
  for (int64_t group = 2; group <= 64; ++group) {
    Matrix s = scales(group * 5, ++seed);
    for (int64_t keep = 1; keep < group; ++keep) {
      // All patterns of small groups, some of each large one.
      if (group > 12 && (keep * 7 + group) % 11 != 0 && keep != 1 && keep != group - 1) continue;
      Matrix w(weight_dtypes[++seed % 3], 2, group * 5, 3);
      fill(w, seed % 2 == 0 ? Content::gaussian : Content::coarse, seed);
      expect_oracle(w, seed % 4 < 2 ? &s : nullptr, keep, group);
    }
  }
}

TEST(PruneNOfM, EveryContentAndType) {
  unsigned seed = 1;
  for (int64_t group : {2, 3, 4, 8, 12, 16, 24, 32, 48, 64}) {
    for (esp_dtype dtype : weight_dtypes) {
      for (Content content : contents) {
        for (int64_t padding : {0, 1}) {
          Matrix w(dtype, 3, group * (padding == 0 ? 8 : 7), padding);
          fill(w, content, ++seed);
          SCOPED_TRACE(describe(w.view(), content));
          Matrix s = scales(w.cols(), seed);
          expect_oracle(w, &s, group / 2, group);
          expect_oracle(w, nullptr, 1, group);
        }
      }
    }
  }
}

TEST(PruneNOfM, TallAndBroadMatrices) {
  unsigned seed = 1;
  for (const auto& [rows, cols] : {std::pair{700, 16}, {1, 6400}, {37, 2080}}) {
    for (esp_dtype dtype : weight_dtypes) {
      for (int64_t group : {2, 4, 8, 16}) {
        Matrix w(dtype, rows, cols);
        fill(w, Content::gaussian, ++seed);
        SCOPED_TRACE(describe(w.view(), Content::gaussian));
        Matrix s = scales(w.cols(), seed);
        expect_oracle(w, &s, group / 2, group);
      }
    }
  }
}

TEST(PruneNOfM, LeavesTheRestOfAWiderMatrixAlone) {
  for (esp_dtype dtype : weight_dtypes) {
    Matrix w(dtype, 40, 96);
    fill(w, Content::coarse, 1);
    const Matrix dense = w;
    esp_matrix part = w.view();
    part.cols = 64;
    for_every_setting([&] {
      w = dense;
      ASSERT_EQ(ESP_OK, esp_prune_n_of_m(&part, nullptr, 2, 4, nullptr)) << esp_last_error();
      Matrix want = expected(dense, nullptr, 2, 4);
      for (int64_t i = 0; i < 40; ++i) {
        for (int64_t j = 64; j < 96; ++j) want.set(i, j, dense.get(i, j));
      }
      EXPECT_TRUE(w.bytes() == want.bytes());
    });
  }
}

TEST(PruneNOfM, AgainChangesNothing) {
  Matrix w(ESP_F32, 8, 64);
  fill(w, Content::coarse, 1);
  Matrix s = scales(64, 2);
  ASSERT_EQ(ESP_OK, prune(w, &s, 2, 4));
  const Matrix once = w;
  ASSERT_EQ(ESP_OK, prune(w, &s, 2, 4));
  EXPECT_TRUE(w.bytes() == once.bytes());
}

TEST(PruneNOfM, RejectsBadArguments) {
  Matrix matrix(ESP_F16, 4, 12), scale(ESP_F32, 2, 12);
  const esp_matrix w = matrix.view(), s = scale.view();
  expect_invalid(esp_prune_n_of_m(nullptr, nullptr, 2, 4, nullptr), "w is NULL");
  expect_invalid(esp_prune_n_of_m(&w, &s, 2, 4, nullptr), "s has shape 2 x 12");
  expect_invalid(esp_prune_n_of_m(&w, nullptr, 2, 8, nullptr), "group 8 does not divide the 12");
  expect_invalid(esp_prune_n_of_m(&w, nullptr, 0, 4, nullptr), "keep");
  expect_invalid(esp_prune_n_of_m(&w, nullptr, 4, 4, nullptr), "keep");
  expect_invalid(esp_prune_n_of_m(&w, nullptr, 1, 1, nullptr), "group");
  expect_invalid(esp_prune_n_of_m(&w, nullptr, 1, 65, nullptr), "group");
  expect_invalid(esp_prune_n_of_m(&w, nullptr, 1, -4, nullptr), "group");
}
