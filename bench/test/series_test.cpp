#include "series.hpp"

#include <gtest/gtest.h>

#include <cmath>

using espalier::bench::Series;

namespace {

Series of(std::initializer_list<double> times) {
  Series series;
  for (const double time : times) series.add(time);
  return series;
}

}  // namespace

TEST(Series, MedianIsTheMiddleOrBetweenTheTwo) {
  EXPECT_EQ(7, of({7}).median());
  EXPECT_EQ(3, of({4, 1, 2, 3, 10}).median());
  EXPECT_EQ(2.5, of({4, 1, 2, 3}).median());
}

TEST(Series, NoiseIsTheMediansInterval) {
  // The quartiles of 1, 2, 3, 4, 10 are 2 and 4.
  EXPECT_DOUBLE_EQ(1.57 * 2 / std::sqrt(5.0) / 3, of({4, 1, 2, 3, 10}).noise());
  EXPECT_EQ(0, of({5, 5, 5, 5}).noise());
}

TEST(Series, OutliersDoNotMoveIt) {
  const Series calm = of({10, 10.1, 9.9, 10, 10, 10.1, 9.9, 10, 10});
  const Series disturbed = of({10, 10.1, 9.9, 10, 10, 10.1, 9.9, 10, 500});
  EXPECT_EQ(calm.median(), disturbed.median());
  EXPECT_LT(disturbed.noise(), 0.01);
}

TEST(Series, MoreRunsMakeItQuieter) {
  Series few = of({9, 10, 11, 9, 10, 11}), many = few;
  for (int k = 0; k < 100; ++k) {
    for (const double time : {9, 10, 11}) many.add(time);
  }
  EXPECT_LT(many.noise(), few.noise() / 5);
}

TEST(Series, EmptyHasNeither) {
  EXPECT_TRUE(std::isnan(Series().median()));
  EXPECT_TRUE(std::isnan(Series().noise()));
}
