#pragma once

#include "espalier/espalier.h"

namespace espalier {

/**
 * The number of weights that an unstructured sweep chooses in columns [begin, end) of w; as
 * published, all that equal the largest of them are chosen, too.
 */
static inline int64_t sweep_count(const esp_matrix& w, double sparsity, esp_rounding rounding,
                                  int64_t begin, int64_t end) {
  if (rounding == ESP_PUBLISHED) {
    const int64_t weights = w.rows * (end - begin);
    const auto entry = static_cast<int64_t>(static_cast<double>(weights) * sparsity);
    return entry < weights ? entry + 1 : weights;  // the product may round up
  }
  const int64_t total =
      __builtin_llround(static_cast<double>(w.rows) * static_cast<double>(w.cols) * sparsity);
  // floor(total * cols / w.cols), without overflow
  const auto up_to = [&](int64_t cols) {
    return total / w.cols * cols + total % w.cols * cols / w.cols;
  };
  return up_to(end) - up_to(begin);
}

}  // namespace espalier
