#pragma once

#include "cpu/panels.hpp"
#include "cpu/threads.hpp"
#include "cpu/tile.hpp"

/**
 * Upper Cholesky factors and the inverses of their transposes. Everything is one recurrence over
 * block rows: to solve R^T X = B in place, subtract from a block row of B what the rows above
 * contribute, then substitute forwards within the block.
 */
namespace espalier::cpu::ESPALIER_ISA {

/** Rows solved at a time; a multiple of the panel widths of both precisions. */
inline constexpr int64_t block_rows = 4 * Panels<float>::width;
/** Rows per pass over a block: the operands of a pass fit the second-level cache. */
inline constexpr int64_t pass_rows = 256;
/** Columns a task solves; fewer in small matrices, to have work for every thread. */
inline int64_t task_columns(int64_t n) { return (n < 1024 ? 2 : 4) * Panels<float>::width; }

/** x[i0:i1, j0:j1] -= r[k0:k1, i0:i1]^T x[k0:k1, j0:j1]; all bounds but k0, k1 are tile-aligned. */
template <class T>
void subtract_product(Panels<T> r, Panels<T> x, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                      int64_t k0, int64_t k1) {
  constexpr int64_t width = Panels<T>::width;
  for (int64_t k = k0; k < k1; k += pass_rows) {
    const int64_t depth = least(pass_rows, k1 - k);
    for (int64_t j = j0; j < j1; j += width) {
      for (int64_t i = i0; i < i1; i += tile_rows) {
        tile_update(x.at(i, j), width, r.at(k, i), width, x.at(k, j), width, depth, T(-1));
      }
    }
  }
}

/** Solves r[i0:i1, i0:i1]^T x[i0:i1, panel of j] = x[i0:i1, panel of j] in place. */
template <class T>
void substitute(Panels<T> r, Panels<T> x, int64_t i0, int64_t i1, int64_t j) {
  constexpr int64_t width = Panels<T>::width;
  for (int64_t tile = i0; tile < i1; tile += tile_rows) {
    subtract_product(r, x, tile, tile + tile_rows, j, j + width, i0, tile);
    for (int64_t i = tile; i < tile + tile_rows; ++i) {
      T* row = x.at(i, j);
      const T pivot = *r.at(i, i);
      for (int64_t l = 0; l < width; ++l) row[l] /= pivot;
      for (int64_t below = i + 1; below < tile + tile_rows; ++below) {
        const T factor = *r.at(i, below);
        T* target = x.at(below, j);
        for (int64_t l = 0; l < width; ++l) target[l] -= factor * row[l];
      }
    }
  }
}

/** Factors the square at (j, j) one panel wide. Returns the row of a pivot that is not positive, or
 * -1. */
template <class T>
int64_t factor_square(Panels<T> a, int64_t j) {
  constexpr int64_t width = Panels<T>::width;
  constexpr T infinity = static_cast<T>(__builtin_inf());
  for (int64_t i = 0; i < width; ++i) {
    T* row = a.at(j + i, j);
    if (!(row[i] > 0 && row[i] < infinity)) return j + i;
    const T root = static_cast<T>(__builtin_sqrt(static_cast<double>(row[i])));
    for (int64_t l = i; l < width; ++l) row[l] /= root;
    for (int64_t below = i + 1; below < width; ++below) {
      T* target = a.at(j + below, j);
      const T factor = row[below];
      for (int64_t l = below; l < width; ++l) target[l] -= factor * row[l];
    }
  }
  return -1;
}

/**
 * Replaces the upper triangle of `a`, square and padded to whole panels, by R with R^T R = a. What
 * lies below the diagonal is neither meaningful nor read. Returns the row of a pivot that is not
 * positive and finite, or -1.
 */
template <class T>
int64_t cholesky(Panels<T> a) {
  constexpr int64_t width = Panels<T>::width;
  const int64_t n = a.rows;
  const int64_t step = task_columns(n);
  for (int64_t i0 = 0; i0 < n; i0 += block_rows) {
    const int64_t i1 = least(i0 + block_rows, n);
#pragma omp parallel for num_threads(threads_for_operations(2 * (i1 - i0) * i0 * (n - i0))) \
    schedule(dynamic)
    for (int64_t j = i0; j < n; j += step) {
      subtract_product(a, a, i0, i1, j, least(j + step, n), 0, i0);
    }
    for (int64_t j = i0; j < i1; j += width) {
      substitute(a, a, i0, j, j);
      subtract_product(a, a, j, j + width, j, j + width, i0, j);
      const int64_t failed = factor_square(a, j);
      if (failed >= 0) return failed;
    }
#pragma omp parallel for num_threads(threads_for_operations((i1 - i0) * (i1 - i0) * (n - i1))) \
    schedule(static)
    for (int64_t j = i1; j < n; j += width) substitute(a, a, i0, i1, j);
  }
  return -1;
}

/** Solves r^T x = I: x, of which only the lower triangle of blocks is written, is lower. */
template <class T>
void invert_transposed(Panels<T> r, Panels<T> x) {
  constexpr int64_t width = Panels<T>::width;
  const int64_t n = r.rows;
  const int64_t step = task_columns(n);
#pragma omp parallel for num_threads(threads_for_operations(n* n* n / 3)) schedule(dynamic)
  for (int64_t j0 = 0; j0 < n; j0 += step) {
    const int64_t j1 = least(j0 + step, n);
    for (int64_t j = j0; j < j1; ++j) {
      T* column = x.at(0, j);
      for (int64_t i = j0; i < n; ++i) column[i * width] = i == j;
    }
    for (int64_t i0 = j0; i0 < n; i0 += block_rows) {
      const int64_t i1 = least(i0 + block_rows, n);
      subtract_product(r, x, i0, i1, j0, j1, j0, i0);
      for (int64_t j = j0; j < j1; j += width) substitute(r, x, i0, i1, j);
    }
  }
}

}  // namespace espalier::cpu::ESPALIER_ISA
