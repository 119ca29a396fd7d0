#pragma once

#include "element.cuh"

namespace espalier::cuda {

/** Which part of the result a product is to form. */
enum class Part { all, upper };

/**
 * c += alpha * a^T b, or c = alpha * a^T b where `add` is false: the one matrix product that all
 * dense kernels are made of. Queued on `stream`; rows of all operands are contiguous, any
 * alignment.
 * @param a    [k, m]
 * @param b    [k, n]
 * @param c    [m, n]; overlaps neither a nor b
 * @param part Part::upper leaves out tiles that lie wholly below the diagonal of c; elements below
 *             it in the other tiles are formed like the rest
 * For float the result is as accurate as sums in f32, for double as sums in f64.
 */
void product(View<float> c, View<const float> a, View<const float> b, float alpha, bool add,
             Part part, cudaStream_t stream);
void product(View<double> c, View<const double> a, View<const double> b, double alpha, bool add,
             Part part, cudaStream_t stream);

}  // namespace espalier::cuda
