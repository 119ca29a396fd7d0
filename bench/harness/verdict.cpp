#include "verdict.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace espalier::bench {

Verdict at_most(const std::string& what, double error, double bound) {
  const bool passed = error <= bound;
  char text[64];
  std::snprintf(text, sizeof text, " %.1e %s %.0e", error, passed ? "≤" : ">", bound);
  return {passed, what + text};
}

Verdict equal(const std::string& what, double got, double want) {
  if (got == want) return {true, what + " equal"};
  char text[80];
  std::snprintf(text, sizeof text, " is %.9g instead of %.9g", got, want);
  return {false, what + text};
}

Verdict same_bits(const Tensor& a, const Tensor& b) {
  if (std::memcmp(a.data(), b.data(), a.bytes()) == 0) return {true, "same bits"};
  int64_t differ = 0;
  const size_t size = element_size(a.dtype());
  const auto* x = static_cast<const unsigned char*>(a.data());
  const auto* y = static_cast<const unsigned char*>(b.data());
  for (size_t k = 0; k < a.bytes(); k += size) differ += std::memcmp(x + k, y + k, size) != 0;
  return {false, std::to_string(differ) + " elements differ"};
}

Verdict both(const Verdict& a, const Verdict& b) {
  return {a.passed && b.passed, a.text + ", " + b.text};
}

double relative_error(double got, double want) {
  return got == want ? 0 : std::fabs(got - want) / std::fabs(want);
}

double largest_relative_error(const Tensor& got, const Tensor& want) {
  double largest = 0;
  for (int64_t k = 0; k < want.size(); ++k) {
    const double error = relative_error(got.at(k), want.at(k));
    if (!(error <= largest)) largest = error;
    if (std::isnan(largest)) break;
  }
  return largest;
}

double relative_norm(const Tensor& got, const Tensor& want) {
  double difference = 0, norm = 0;
  for (int64_t k = 0; k < want.size(); ++k) {
    const double exact = want.at(k), error = got.at(k) - exact;
    difference += error * error;
    norm += exact * exact;
  }
  return difference == 0 ? 0 : std::sqrt(difference / norm);
}

double mask_disagreement(const Tensor& a, const Tensor& b) {
  int64_t differ = 0;
  for (int64_t k = 0; k < a.size(); ++k) differ += (a.at(k) == 0) != (b.at(k) == 0);
  return static_cast<double>(differ) / static_cast<double>(a.size());
}

}  // namespace espalier::bench
