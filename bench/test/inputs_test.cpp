#include "inputs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "verdict.hpp"

using namespace espalier::bench;

TEST(Inputs, WeightsAreNormalWithTies) {
  const Tensor w = weights(200, 500, ESP_BF16);
  double sum = 0, squares = 0;
  std::set<double> different;
  int64_t beyond = 0;
  for (int64_t k = 0; k < w.size(); ++k) {
    sum += w.at(k);
    squares += w.at(k) * w.at(k);
    beyond += std::fabs(w.at(k)) > 2 * 0.02;
    different.insert(w.at(k));
  }
  const auto n = static_cast<double>(w.size());
  EXPECT_NEAR(0, sum / n, 4 * 0.02 / std::sqrt(n));
  EXPECT_NEAR(0.02, std::sqrt(squares / n), 0.02 * 0.01);
  EXPECT_NEAR(0.0455, static_cast<double>(beyond) / n, 0.004);
  EXPECT_LT(different.size(), static_cast<size_t>(w.size()) / 10);
}

TEST(Inputs, TheSameEveryTime) {
  EXPECT_TRUE(same_bits(weights(37, 53, ESP_F16), weights(37, 53, ESP_F16)).passed);
  EXPECT_TRUE(same_bits(activations(37, 53, ESP_F32), activations(37, 53, ESP_F32)).passed);
}

TEST(Inputs, SixFeaturesStandOutAndTwoAreDead) {
  const Tensor x = activations(400, 1024, ESP_F32);
  int64_t outliers = 0, dead = 0;
  for (int64_t j = 0; j < x.cols(); ++j) {
    double squares = 0;
    for (int64_t t = 0; t < x.rows(); ++t)
      squares += x.at(t * x.cols() + j) * x.at(t * x.cols() + j);
    const double norm = std::sqrt(squares / 400);
    outliers += norm > 20;
    dead += norm == 0;
  }
  EXPECT_EQ(6, outliers);
  EXPECT_EQ(2, dead);
}

TEST(Inputs, HessianHasAFactor) {
  for (const int64_t n : {1, 2, 16, 200}) {
    const InverseFactor factor = inverse_factor(n);
    double dead = 0;
    for (int64_t j = 0; j < n; ++j) {
      dead += factor.dead.at(j);
      EXPECT_GT(factor.u.at(j * n + j), 0);
    }
    EXPECT_EQ(n == 200 ? 2 : dead, dead);
  }
}
