#include "series.hpp"

#include <algorithm>
#include <cmath>

namespace espalier::bench {

namespace {

/** Between the two nearest entries. */
double quantile(const std::vector<double>& sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(position);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  const double weight = position - static_cast<double>(below);
  return sorted[below] + weight * (sorted[above] - sorted[below]);
}

}  // namespace

double Series::median() const {
  if (times_.empty()) return std::nan("");
  std::vector<double> sorted = times_;
  std::sort(sorted.begin(), sorted.end());
  return quantile(sorted, 0.5);
}

double Series::noise() const {
  if (times_.empty()) return std::nan("");
  std::vector<double> sorted = times_;
  std::sort(sorted.begin(), sorted.end());
  const double quartiles = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  return 1.57 * quartiles / std::sqrt(static_cast<double>(sorted.size())) / quantile(sorted, 0.5);
}

}  // namespace espalier::bench
