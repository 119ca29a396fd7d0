#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "device.hpp"
#include "espalier/dtype.hpp"

/** What the kernel tests share: matrices of any dtype, settings to run under, scores by definition.
 */
namespace espalier::test {

inline const std::vector<esp_dtype> weight_dtypes = {ESP_F32, ESP_F16, ESP_BF16};

/** A matrix that owns its memory; between its rows lies padding no kernel may touch. */
class Matrix {
 public:
  Matrix(esp_dtype dtype, int64_t rows, int64_t cols, int64_t padding = 0)
      : dtype_(dtype), rows_(rows), cols_(cols), stride_(cols + padding) {
    bytes_.assign(static_cast<size_t>(rows * stride_) * size() + offset(), 0xAB);
  }

  esp_matrix view() { return {data(), rows_, cols_, stride_, dtype_, device()}; }
  int64_t rows() const { return rows_; }
  int64_t cols() const { return cols_; }
  size_t size() const { return element_size(dtype_); }
  const Array<unsigned char>& bytes() const { return bytes_; }

  void set(int64_t i, int64_t j, double x) {
    const float f = static_cast<float>(x);
    const uint16_t half = dtype_ == ESP_F16 ? to_f16(f).bits : to_bf16(f).bits;
    const void* from = &half;
    if (dtype_ == ESP_F64) from = &x;
    if (dtype_ == ESP_F32) from = &f;
    std::memcpy(at(i, j), from, size());
  }

  double get(int64_t i, int64_t j) const {
    const void* from = const_cast<Matrix*>(this)->at(i, j);
    double d;
    float f;
    uint16_t half;
    if (dtype_ == ESP_F64) return std::memcpy(&d, from, 8), d;
    if (dtype_ == ESP_F32) return std::memcpy(&f, from, 4), f;
    std::memcpy(&half, from, 2);
    return dtype_ == ESP_F16 ? to_float(f16{half}) : to_float(bf16{half});
  }

  void zero(int64_t i, int64_t j) { std::memset(at(i, j), 0, size()); }

  Matrix& fill(const std::function<double(int64_t, int64_t)>& value) {
    for (int64_t i = 0; i < rows_; ++i) {
      for (int64_t j = 0; j < cols_; ++j) set(i, j, value(i, j));
    }
    return *this;
  }

 private:
  /** Before padded data whose rows are no whole accesses of 16 bytes, odd bytes: it is not aligned
      by luck. Other data is. */
  size_t offset() const {
    return stride_ > cols_ && static_cast<size_t>(stride_) * size() % 16 != 0 ? size() : 16;
  }
  unsigned char* data() { return bytes_.data() + offset(); }
  unsigned char* at(int64_t i, int64_t j) {
    return data() + static_cast<size_t>(i * stride_ + j) * size();
  }

  esp_dtype dtype_;
  int64_t rows_, cols_, stride_;
  Array<unsigned char> bytes_;
};

/** Kinds of content that selection must get right. */
enum class Content { gaussian, coarse, zeros, equal, special };
inline const std::vector<Content> contents = {Content::gaussian, Content::coarse, Content::zeros,
                                              Content::equal, Content::special};

inline Matrix& fill(Matrix& m, Content content, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> gaussian;
  const double inf = std::numeric_limits<double>::infinity();
  const double specials[] = {0.0, -0.0, inf, -inf, std::nan(""), -std::nan(""), 1e-40, 6e-8, 1.0};
  return m.fill([&](int64_t, int64_t) -> double {
    switch (content) {
      case Content::gaussian:
        return 0.02 * gaussian(random);
      case Content::coarse:
        return std::nearbyint(2 * gaussian(random)) / 4;
      case Content::zeros:
        return random() % 2 == 0 ? 0.0 : -0.0;
      case Content::equal:
        return random() % 2 == 0 ? 0.5 : -0.5;
      case Content::special:
        return specials[random() % 9];
    }
    return 0;
  });
}

/** Scales as Wanda's: positive, a few channels far above the others. */
inline Matrix scales(int64_t cols, unsigned seed) {
  std::mt19937 random(seed);
  std::lognormal_distribution<double> usual(0, 0.5);
  Matrix s(ESP_F32, 1, cols);
  s.fill([&](int64_t, int64_t) { return usual(random) * (random() % 50 == 0 ? 60 : 1); });
  return s;
}

/** |w| * s in f32, by definition; s may be null. */
inline float score(const Matrix& w, const Matrix* s, int64_t i, int64_t j) {
  const float scale = s == nullptr ? 1.0F : static_cast<float>(s->get(0, j));
  const float magnitude = static_cast<float>(std::fabs(w.get(i, j)));
  return std::fabs(magnitude * scale);
}

/** The order of scores: NaN above every number, all NaN alike. */
inline bool precedes(float a, float b) { return std::isnan(b) ? !std::isnan(a) : a < b; }

/** 0 .. n-1 in ascending order of score, ties in order of index. */
inline std::vector<int64_t> ascending(int64_t n, const std::function<float(int64_t)>& score_at) {
  std::vector<float> scores(static_cast<size_t>(n));
  for (int64_t k = 0; k < n; ++k) scores[static_cast<size_t>(k)] = score_at(k);
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return precedes(scores[static_cast<size_t>(a)], scores[static_cast<size_t>(b)]);
  });
  return order;
}

/** Of a list all, or on a device one in turn: there a test takes long. */
template <class T>
std::vector<T> in_turn(const std::vector<T>& all, unsigned turn) {
  return device() < 0 ? all : std::vector<T>{all[turn % all.size()]};
}

inline std::string describe(const esp_matrix& w, Content content) {
  const char* names[] = {"gaussian", "coarse", "zeros", "equal", "special"};
  return std::to_string(w.rows) + " x " + std::to_string(w.cols) + ", dtype " +
         std::to_string(w.dtype) + ", " + names[static_cast<int>(content)];
}

/** Expects ESP_INVALID_ARGUMENT with a sentence that has `part` in it. */
inline void expect_invalid(esp_status status, const std::string& part) {
  EXPECT_EQ(ESP_INVALID_ARGUMENT, status) << part;
  EXPECT_NE(std::string::npos, std::string(esp_last_error()).find(part)) << esp_last_error();
}

}  // namespace espalier::test
