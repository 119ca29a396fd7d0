#include "support.hpp"

using namespace espalier::test;

namespace {

int64_t count_zeros(const esp_matrix& w) {
  const Workspace workspace(esp_count_zeros_workspace_bytes(&w));
  int64_t zeros = -1;
  EXPECT_EQ(ESP_OK, esp_count_zeros(&w, &zeros, workspace.data(), workspace.bytes(), nullptr))
      << esp_last_error();
  return zeros;
}

}  // namespace

TEST(CountZeros, CountsBothZerosOfStridedView) {
  Array<float> w = {0.0F, 1.0F, 9.0F, -0.0F, 0.0F, 0.0F};
  EXPECT_EQ(3, count_zeros({w.data(), 2, 2, 3, ESP_F32, device()}));
}

TEST(CountZeros, EveryTypeAndSize) {
  unsigned seed = 1;
  for (esp_dtype dtype : weight_dtypes) {
    for (const auto& [rows, cols] : {std::pair{1, 1}, {3, 77}, {400, 128}, {2, 70001}}) {
      for (Content content : contents) {
        Matrix w(dtype, rows, cols, cols % 2);
        fill(w, content, ++seed);
        SCOPED_TRACE(describe(w.view(), content));
        int64_t expected = 0;
        for (int64_t i = 0; i < rows; ++i) {
          for (int64_t j = 0; j < cols; ++j) expected += w.get(i, j) == 0;
        }
        for_every_setting([&] { EXPECT_EQ(expected, count_zeros(w.view())); });
      }
    }
  }
}

TEST(CountZeros, PartOfAWiderMatrix) {
  Matrix w(ESP_BF16, 4200, 24);
  w.fill([](int64_t i, int64_t j) { return j >= 16 || (i + j) % 3 == 0 ? 0 : 1; });
  esp_matrix part = w.view();
  part.cols = 16;
  EXPECT_EQ(4200 * 16 / 3, count_zeros(part));
}

TEST(CountZeros, RejectsBadArguments) {
  Matrix matrix(ESP_F32, 2, 2), wide(ESP_F64, 2, 2);
  const esp_matrix w = matrix.view(), w64 = wide.view();
  int64_t zeros = -1;
  expect_invalid(esp_count_zeros(nullptr, &zeros, nullptr, 0, nullptr), "w is NULL");
  expect_invalid(esp_count_zeros(&w64, &zeros, nullptr, 0, nullptr), "w has dtype f64");
  expect_invalid(esp_count_zeros(&w, nullptr, nullptr, 0, nullptr), "zeros is NULL");
}
