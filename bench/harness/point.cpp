#include "point.hpp"

#include <cstdio>

namespace espalier::bench {

std::string Sparsity::text() const {
  if (n_of_m()) return std::to_string(keep) + ":" + std::to_string(group);
  char text[32];
  std::snprintf(text, sizeof text, "%g", share);
  return text;
}

std::string device_name(int32_t device) {
  return device < 0 ? "cpu" : "cuda:" + std::to_string(device);
}

}  // namespace espalier::bench
