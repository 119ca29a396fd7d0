#pragma once

#include <algorithm>
#include <numeric>
#include <utility>

#include "dense_oracle.hpp"

namespace espalier::test {

/** Either a sparsity with its rounding, or keep:group. */
struct Pattern {
  double sparsity = 0;
  esp_rounding rounding = ESP_EXACT;
  int64_t keep = 0;
  int64_t group = 0;
};

inline Pattern unstructured(double sparsity, esp_rounding rounding = ESP_EXACT) {
  return {sparsity, rounding, 0, 0};
}
inline Pattern n_of_m(int64_t keep, int64_t group) { return {0, ESP_EXACT, keep, group}; }

/** Weights the exact rounding prunes in the first `cols` columns. */
inline int64_t exact_count(const Matrix<float>& w, double sparsity, int64_t cols) {
  const int64_t total = std::llround(static_cast<double>(w.rows() * w.cols()) * sparsity);
  return total * cols / w.cols();
}

struct Swept {
  Dense w;
  Dense loss;
  Matrix<uint8_t> pruned;
};

/** The published loops in float64. */
inline Swept oracle_sweep(const Matrix<float>& weights, const Matrix<float>& u, const Pattern& p,
                          int64_t block_cols) {
  const int64_t rows = weights.rows();
  const int64_t cols = weights.cols();
  Swept s{Dense(rows, cols), Dense(rows, 1), Matrix<uint8_t>(rows, cols)};
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j) s.w.at(i, j) = static_cast<double>(weights.at(i, j));
  }
  const auto coefficient = [&](int64_t i, int64_t j) { return static_cast<double>(u.at(i, j)); };
  const auto score = [&](int64_t i, int64_t j) {
    return std::pow(s.w.at(i, j) / coefficient(j, j), 2);
  };
  for (int64_t begin = 0; begin < cols; begin += block_cols) {
    const int64_t end = std::min(begin + block_cols, cols);
    if (p.group == 0) {
      std::vector<std::pair<int64_t, int64_t>> order;
      for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = begin; j < end; ++j) order.emplace_back(i, j);
      }
      std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return score(a.first, a.second) < score(b.first, b.second);
      });
      const double count = static_cast<double>(order.size());
      const int64_t k = p.rounding == ESP_PUBLISHED ? static_cast<int64_t>(count * p.sparsity) + 1
                                                    : exact_count(weights, p.sparsity, end) -
                                                          exact_count(weights, p.sparsity, begin);
      for (int64_t n = 0; n < k; ++n) {
        s.pruned.at(order[static_cast<size_t>(n)].first, order[static_cast<size_t>(n)].second) = 1;
      }
    }
    for (int64_t j = begin; j < end; ++j) {
      for (int64_t i = 0; i < rows; ++i) {
        if (p.group > 0 && j % p.group == 0) {
          std::vector<int64_t> order(static_cast<size_t>(p.group));
          std::iota(order.begin(), order.end(), j);
          std::stable_sort(order.begin(), order.end(),
                           [&](int64_t a, int64_t b) { return score(i, a) < score(i, b); });
          for (int64_t n = 0; n < p.group - p.keep; ++n) {
            s.pruned.at(i, order[static_cast<size_t>(n)]) = 1;
          }
        }
        if (s.pruned.at(i, j) == 0) continue;
        const double error = s.w.at(i, j) / coefficient(j, j);
        s.loss.at(i, 0) += error * error / 2;
        // Columns right of the block are due after it; in exact arithmetic the time is the same.
        for (int64_t right = j; right < cols; ++right) {
          s.w.at(i, right) -= error * coefficient(j, right);
        }
        s.w.at(i, j) = 0;
      }
    }
  }
  return s;
}

}  // namespace espalier::test
