#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace espalier::test {

/** The weight of a linear: in_features are its columns. */
struct Linear {
  std::string model, names;
  int64_t rows, cols;

  std::string describe() const {
    return model + " " + names + ", " + std::to_string(rows) + " x " + std::to_string(cols);
  }
};

/** Those of the models that people prune, one of each shape. */
inline std::vector<Linear> model_linears() {
  const std::vector<Linear> all = {
#define LINEAR(model, names, rows, cols) {model, names, rows, cols},
#include "linears.inc"
#undef LINEAR
  };
  std::vector<Linear> distinct;
  std::set<std::pair<int64_t, int64_t>> seen;
  for (const Linear& linear : all) {
    if (seen.insert({linear.rows, linear.cols}).second) distinct.push_back(linear);
  }
  return distinct;
}

}  // namespace espalier::test
