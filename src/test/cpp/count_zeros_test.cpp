#include <gtest/gtest.h>

#include <vector>

#include "espalier/espalier.h"

TEST(CountZeros, CountsBothZerosOfStridedView) {
  std::vector<float> w = {0.0F, 1.0F, 9.0F, -0.0F, 0.0F, 0.0F};
  esp_matrix m{w.data(), 2, 2, 3, ESP_F32, -1};
  int64_t zeros = -1;
  ASSERT_EQ(ESP_OK, esp_count_zeros(&m, &zeros, nullptr)) << esp_last_error();
  EXPECT_EQ(3, zeros);
}
