#pragma once

#include "square_tile.cuh"

/**
 * Upper Cholesky factors and the inverses of their transposes, in place. Rows and columns are whole
 * squares (square_side), rows start at multiples of 16 bytes. Everything is queued on `stream`.
 *
 * In both, R fills the squares above the diagonal and what is known of X = R^-T, lower, those on
 * and below it: dividing by R's square on the diagonal is multiplying by X's, and R's own is no
 * longer needed once X's is known.
 */
namespace espalier::cuda {

/**
 * Factors the upper triangle of `a` = R^T R. Replaces the squares above the diagonal by R's and
 * those on it by X's, with zeros above their own diagonals; the squares below are scratch.
 * @param failed in device memory: the row of the first pivot that is not positive and finite is
 *               written there, and `a` is then meaningless; a value >= 0 that is there already
 *               stays
 */
template <class T>
void cholesky(View<T> a, int64_t* failed, cudaStream_t stream);

/**
 * Completes X.
 * @param x the squares of R above the diagonal, which are lost in part; those of X on it, and
 *          zeros below it. X replaces all on and below the diagonal.
 */
void invert_transposed(View<float> x, cudaStream_t stream);

}  // namespace espalier::cuda
