#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "device.hpp"

/** Matrices, LLM-like inputs and float64 oracles for the tests of the dense kernels. */
namespace espalier::test {

template <class T>
constexpr esp_dtype dtype_of();
template <>
constexpr esp_dtype dtype_of<float>() {
  return ESP_F32;
}
template <>
constexpr esp_dtype dtype_of<double>() {
  return ESP_F64;
}
template <>
constexpr esp_dtype dtype_of<uint8_t>() {
  return ESP_U8;
}

/** A row-major matrix whose rows are followed by `gap` elements nobody may touch. */
template <class T>
class Matrix {
 public:
  Matrix(int64_t rows, int64_t cols, int64_t gap = 0, esp_dtype dtype = dtype_of<T>())
      : rows_(rows), cols_(cols), stride_(cols + gap), dtype_(dtype) {
    data_.assign(static_cast<size_t>(rows_ * stride_), guard);
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < cols; ++j) at(i, j) = T{};
    }
  }

  T& at(int64_t i, int64_t j) { return data_[static_cast<size_t>(i * stride_ + j)]; }
  const T& at(int64_t i, int64_t j) const { return data_[static_cast<size_t>(i * stride_ + j)]; }
  int64_t rows() const { return rows_; }
  int64_t cols() const { return cols_; }
  esp_matrix view() const {
    return {const_cast<T*>(data_.data()), rows_, cols_, stride_, dtype_, device()};
  }

  bool gap_untouched() const {
    for (int64_t i = 0; i < rows_; ++i) {
      for (int64_t j = cols_; j < stride_; ++j) {
        if (at(i, j) != guard) return false;
      }
    }
    return true;
  }
  bool same_bits(const Matrix& other) const {
    return std::memcmp(data_.data(), other.data_.data(), data_.size() * sizeof(T)) == 0;
  }

 private:
  static constexpr T guard = static_cast<T>(77);
  int64_t rows_, cols_, stride_;
  esp_dtype dtype_;
  Array<T> data_;
};

using Dense = Matrix<double>;

inline Matrix<float> random_weights(int64_t rows, int64_t cols, unsigned seed, int64_t gap = 0) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Matrix<float> w(rows, cols, gap);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j) w.at(i, j) = normal(random);
  }
  return w;
}

/** Activations with a falling power spectrum, correlated channels and six outlier channels. */
inline Matrix<float> llm_like_activations(int64_t tokens, int64_t cols, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Matrix<float> x(tokens, cols);
  std::vector<float> scale(static_cast<size_t>(cols));
  for (int64_t j = 0; j < cols; ++j) {
    scale[static_cast<size_t>(j)] = 0.1F + 1.0F / std::sqrt(static_cast<float>(1 + j % 97));
  }
  for (int outlier = 0; outlier < 6; ++outlier) {
    scale[static_cast<size_t>((17 + 31 * outlier) % cols)] *= 30;
  }
  for (int64_t t = 0; t < tokens; ++t) {
    const float common = normal(random);
    for (int64_t j = 0; j < cols; ++j) {
      x.at(t, j) = scale[static_cast<size_t>(j)] * (normal(random) + 0.5F * common);
    }
  }
  return x;
}

/** initial + alpha x^T x. */
template <class T>
Dense oracle_hessian(const Matrix<T>& x, double alpha, const Matrix<float>& initial) {
  Dense h(x.cols(), x.cols());
  for (int64_t t = 0; t < x.rows(); ++t) {
    for (int64_t i = 0; i < x.cols(); ++i) {
      const double a = alpha * static_cast<double>(x.at(t, i));
      for (int64_t j = 0; j < x.cols(); ++j) h.at(i, j) += a * static_cast<double>(x.at(t, j));
    }
  }
  for (int64_t i = 0; i < x.cols(); ++i) {
    for (int64_t j = 0; j < x.cols(); ++j) h.at(i, j) += static_cast<double>(initial.at(i, j));
  }
  return h;
}

/** An LLM-like H of 4 `cols` tokens (at least 64), as f32. */
inline Matrix<float> llm_like_hessian(int64_t cols, unsigned seed, int64_t gap = 0) {
  const int64_t tokens = std::max<int64_t>(64, 4 * cols);
  const Dense exact = oracle_hessian(llm_like_activations(tokens, cols, seed),
                                     2.0 / static_cast<double>(tokens), Matrix<float>(cols, cols));
  Matrix<float> h(cols, cols, gap);
  for (int64_t i = 0; i < cols; ++i) {
    for (int64_t j = 0; j < cols; ++j) h.at(i, j) = static_cast<float>(exact.at(i, j));
  }
  return h;
}

/** H + damp I with 1 on the diagonal of dead columns. */
inline Dense damped(const Matrix<float>& h, double damping) {
  const int64_t n = h.cols();
  Dense a(n, n);
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) a.at(i, j) = static_cast<double>(h.at(i, j));
    if (h.at(i, i) == 0) a.at(i, i) = 1;
    sum += a.at(i, i);
  }
  for (int64_t i = 0; i < n; ++i) a.at(i, i) += damping * sum / static_cast<double>(n);
  return a;
}

/** Upper R with a = R^T R. */
inline Dense oracle_cholesky(const Dense& a) {
  const int64_t n = a.cols();
  Dense r(n, n);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = i; j < n; ++j) {
      double sum = a.at(i, j);
      for (int64_t k = 0; k < i; ++k) sum -= r.at(k, i) * r.at(k, j);
      r.at(i, j) = i == j ? std::sqrt(sum) : sum / r.at(i, i);
    }
  }
  return r;
}

/** The published recipe in float64: the upper Cholesky factor of the inverse of (H + damp I). */
inline Dense oracle_inverse_factor(const Matrix<float>& h, double damping) {
  const int64_t n = h.cols();
  const Dense r = oracle_cholesky(damped(h, damping));
  Dense v(n, n);  // R^-1
  for (int64_t j = 0; j < n; ++j) {
    for (int64_t i = j; i >= 0; --i) {
      double sum = i == j;
      for (int64_t k = i + 1; k <= j; ++k) sum -= r.at(i, k) * v.at(k, j);
      v.at(i, j) = sum / r.at(i, i);
    }
  }
  Dense inverse(n, n);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      for (int64_t k = std::max(i, j); k < n; ++k) inverse.at(i, j) += v.at(i, k) * v.at(j, k);
    }
  }
  return oracle_cholesky(inverse);
}

/** ||a - b||_F / ||b||_F. */
template <class T>
double relative_distance(const Matrix<T>& a, const Dense& b) {
  double difference = 0;
  double norm = 0;
  for (int64_t i = 0; i < b.rows(); ++i) {
    for (int64_t j = 0; j < b.cols(); ++j) {
      difference += std::pow(static_cast<double>(a.at(i, j)) - b.at(i, j), 2);
      norm += b.at(i, j) * b.at(i, j);
    }
  }
  return std::sqrt(difference / norm);
}

}  // namespace espalier::test
