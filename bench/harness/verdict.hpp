#pragma once

#include <string>

#include "tensor.hpp"

/** Judgements of results. */
namespace espalier::bench {

struct Verdict {
  bool passed;
  std::string text; /**< the measured error beside its bound */
};

/** An error that must not exceed its bound; NaN does. */
Verdict at_most(const std::string& what, double error, double bound);

Verdict equal(const std::string& what, double got, double want);

Verdict same_bits(const Tensor& a, const Tensor& b);

/** Passes if both do. */
Verdict both(const Verdict& a, const Verdict& b);

/** |got - want| / |want|, 0 where both are equal. */
double relative_error(double got, double want);

/** The largest relative_error of an element. */
double largest_relative_error(const Tensor& got, const Tensor& want);

/** The Frobenius norm of got - want relative to that of want. */
double relative_norm(const Tensor& got, const Tensor& want);

/** The share of elements that are zero in one of the two alone. */
double mask_disagreement(const Tensor& a, const Tensor& b);

}  // namespace espalier::bench
