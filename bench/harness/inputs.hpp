#pragma once

#include "tensor.hpp"

/**
 * Seeded inputs that look like a language model's. The same call gives the same values in every
 * build and on any number of threads, up to the rounding of the math library.
 */
namespace espalier::bench {

/** 0.02 times normal, rounded to the dtype: in 16 bits there are many ties. */
Tensor weights(int64_t rows, int64_t cols, esp_dtype dtype);

/** Norms of input features [1, cols], f32: six are 30 to 100 times the others, two are zero. */
Tensor norms(int64_t cols);

/** Correlated activations [tokens, cols]: six features 30 to 100 times the others, two always zero.
 */
Tensor activations(int64_t tokens, int64_t cols, esp_dtype dtype);

/** The layer Hessian 2 x^T x of 2 n activations, f32. */
Tensor hessian(int64_t n);

/** A factor and the columns of H that were zero, [1, n] u8. */
struct InverseFactor {
  Tensor u, dead;
};

/** U of hessian(n) at 1 % damping, factored in f64. */
InverseFactor inverse_factor(int64_t n);

}  // namespace espalier::bench
