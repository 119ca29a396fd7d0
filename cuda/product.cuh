#pragma once

#include <type_traits>

#include "element.cuh"
#include "tiles.cuh"

namespace espalier::cuda {

/**
 * c += alpha * a^T b, or c = alpha * a^T b where `add` is false: the one matrix product that all
 * dense kernels are made of. Queued on `stream`; rows of all operands are contiguous, any
 * alignment; fastest where operands and their rows start at multiples of 16 bytes.
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

/** The rows of a and b cut into `count` slices of `rows`, the last may have fewer: slice s gives a
    result of its own, `step` elements after the one before. */
struct Slices {
  int64_t count, rows, step;

  /** Cuts a and b off behind slice s, whose first row it returns, and moves c to its result. */
  template <class T, class C>
  __device__ int64_t enter(int64_t s, View<const T>& a, View<const T>& b, View<C>& c) const {
    const int64_t first = s * rows;
    if (a.rows > first + rows) a.rows = b.rows = first + rows;
    c.data += s * step;
    return first;
  }
};

/** The type that products of T are summed in. */
template <class T>
using Sum = std::conditional_t<std::is_same_v<T, double>, double, float>;

/** product for T among float, double, F16 and Bf16, of every slice of the operands. */
template <class T>
void product_of_slices(View<Sum<T>> c, View<const T> a, View<const T> b, Sum<T> alpha, bool add,
                       Part part, const Slices& slices, cudaStream_t stream);

}  // namespace espalier::cuda
