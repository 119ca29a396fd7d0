#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "espalier/dtype.hpp"
#include "espalier/espalier.h"

namespace espalier::bench {

/** How much is pruned: a share of the weights, or N:M as NVIDIA counts. */
struct Sparsity {
  double share = 0;  /**< in [0, 1), unless group says otherwise */
  int64_t keep = 0;  /**< weights kept of every group */
  int64_t group = 0; /**< 0 for unstructured */

  bool n_of_m() const { return group > 0; }
  std::string text() const;
  friend bool operator==(const Sparsity& a, const Sparsity& b) {
    return a.share == b.share && a.keep == b.keep && a.group == b.group;
  }
};

/** One value of every axis that an op has. */
struct Point {
  int64_t rows = 0; /**< equals cols where the op is square */
  int64_t cols = 0;
  esp_dtype dtype = ESP_F32;
  std::optional<Sparsity> sparsity;
  int32_t device = -1; /**< -1 for the CPU, else a CUDA device */
};

/** "cpu", "cuda:0", ... */
std::string device_name(int32_t device);

}  // namespace espalier::bench
