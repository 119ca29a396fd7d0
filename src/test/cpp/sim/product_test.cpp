#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "product.cuh"

using namespace espalier::cuda;

namespace {

/** A matrix somewhere in memory of its own, `shift` elements behind an aligned address. */
template <class T>
class Operand {
 public:
  Operand(int64_t rows, int64_t cols, int64_t gap, int64_t shift, unsigned seed)
      : shift_(shift), rows_(rows), cols_(cols), stride_(cols + gap) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    data_.resize(static_cast<size_t>(rows * stride_ + shift));
    for (T& x : data_) x = static_cast<T>(normal(random));
  }

  View<T> view() { return {data_.data() + shift_, rows_, cols_, stride_}; }
  T at(int64_t i, int64_t j) const { return data_[static_cast<size_t>(shift_ + i * stride_ + j)]; }

 private:
  std::vector<T> data_;
  int64_t shift_, rows_, cols_, stride_;
};

struct Case {
  int64_t k, m, n, gap, shift;
};

template <class T>
void expect_product(const Case& c, bool add, Part part, double tolerance) {
  SCOPED_TRACE("k " + std::to_string(c.k) + ", " + std::to_string(c.m) + " x " +
               std::to_string(c.n) + ", gap " + std::to_string(c.gap) + ", shift " +
               std::to_string(c.shift) + (add ? ", added" : ""));
  Operand<T> a(c.k, c.m, c.gap, c.shift, 1), b(c.k, c.n, c.gap, c.shift, 2);
  Operand<T> result(c.m, c.n, c.gap, c.shift, 3);
  const Operand<T> before = result;
  product(result.view(), read_only(a.view()), read_only(b.view()), T{-0.5}, add, part, nullptr);
  for (int64_t i = 0; i < c.m; ++i) {
    for (int64_t j = 0; j < c.n + c.gap && i * (c.n + c.gap) + j < c.m * (c.n + c.gap); ++j) {
      if (j >= c.n) {
        ASSERT_EQ(before.at(i, j), result.at(i, j)) << "between rows";
        continue;
      }
      if (part == Part::upper && j < i) continue;
      double expected = add ? static_cast<double>(before.at(i, j)) : 0;
      double size = std::fabs(expected);
      for (int64_t k = 0; k < c.k; ++k) {
        const double term =
            -0.5 * static_cast<double>(a.at(k, i)) * static_cast<double>(b.at(k, j));
        expected += term;
        size += std::fabs(term);
      }
      ASSERT_NEAR(expected, static_cast<double>(result.at(i, j)), tolerance * size)
          << i << ", " << j;
    }
  }
}

const std::vector<Case> cases = {{1, 1, 1, 0, 0},    {7, 5, 130, 0, 0},  {16, 128, 128, 0, 0},
                                 {40, 70, 64, 3, 1}, {33, 200, 9, 4, 0}, {48, 129, 260, 0, 4},
                                 {0, 3, 5, 0, 0}};

template <class T>
void expect_products(double tolerance) {
  for (const unsigned seed : {1U, 2U}) {
    sim::seed(seed);
    for (const Case& c : cases) {
      expect_product<T>(c, true, Part::all, tolerance);
      expect_product<T>(c, false, Part::upper, tolerance);
    }
  }
}

}  // namespace

TEST(Product, OfFloats) { expect_products<float>(4e-7); }
TEST(Product, OfDoubles) { expect_products<double>(1e-15); }

TEST(Product, LongSumsOfFloatsStayAccurate) {
  // All terms positive: what tensor cores cut off would add up.
  Operand<float> a(4096, 1, 0, 0, 1), b(4096, 1, 0, 0, 2), c(1, 1, 0, 0, 3);
  double expected = 0;
  for (int64_t k = 0; k < 4096; ++k) {
    float& x = a.view().row(k)[0] = std::fabs(a.at(k, 0));
    float& y = b.view().row(k)[0] = std::fabs(b.at(k, 0));
    expected += static_cast<double>(x) * static_cast<double>(y);
  }
  product(c.view(), read_only(a.view()), read_only(b.view()), 1.0F, false, Part::all, nullptr);
  EXPECT_NEAR(1, static_cast<double>(c.at(0, 0)) / expected, 1e-6);
}

TEST(Product, LongSumsOfHalvesStayAccurate) {
  // As above, and longer than what the tensor cores of either kind add up by themselves.
  constexpr int64_t k = 4100, cols = 8;
  std::vector<Bf16> x(k * cols);
  std::mt19937 random(1);
  for (Bf16& one : x) one.bits = static_cast<uint16_t>(127 << 7 | random() % 128);  // 1 .. 2
  std::vector<double> expected(cols * cols);
  for (int64_t t = 0; t < k; ++t) {
    for (int64_t i = 0; i < cols * cols; ++i) {
      expected[i] += static_cast<double>(to_f32(x[t * cols + i / cols])) *
                     static_cast<double>(to_f32(x[t * cols + i % cols]));
    }
  }
  for (const int capability : {80, 90}) {
    SCOPED_TRACE("compute capability " + std::to_string(capability));
    sim::set_compute_capability(capability);
    std::vector<float> sums(cols * cols, NAN);
    const View<const Bf16> a{x.data(), k, cols, cols};
    product_of_slices<Bf16>({sums.data(), cols, cols, cols}, a, a, 1.0F, false, Part::all,
                            {1, k, 0}, nullptr);
    for (size_t i = 0; i < sums.size(); ++i) {
      EXPECT_NEAR(1, static_cast<double>(sums[i]) / expected[i], 4e-6);
    }
  }
}

TEST(Tiles, EveryNeededTileOnce) {
  for (const Part part : {Part::all, Part::upper}) {
    for (const auto& [rows, cols] : std::vector<std::pair<int64_t, int64_t>>{
             {1, 1}, {129, 1000}, {1000, 129}, {5000, 5000}, {4096, 4608}, {384, 385}}) {
      const Tiles<128, 192> tiles(rows, cols, part);
      std::vector<int> seen(static_cast<size_t>(ceil_div(rows, 128) * ceil_div(cols, 192)));
      for (unsigned block = 0; block < tiles.blocks(); ++block) {
        int64_t i0, j0;
        if (!tiles.locate(block, i0, j0)) continue;
        ++seen[static_cast<size_t>(i0 / 128 * ceil_div(cols, 192) + j0 / 192)];
      }
      for (int64_t i = 0; i < ceil_div(rows, 128); ++i) {
        for (int64_t j = 0; j < ceil_div(cols, 192); ++j) {
          const bool needed = part == Part::all || (j + 1) * 192 > i * 128;
          ASSERT_EQ(needed ? 1 : 0, seen[static_cast<size_t>(i * ceil_div(cols, 192) + j)])
              << rows << " x " << cols << ": " << i << ", " << j;
        }
      }
    }
  }
}
