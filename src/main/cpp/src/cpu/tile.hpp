#pragma once

#include "cpu/vectors.hpp"

/** The one matrix product of the dense kernels: a tile of C held in registers. */
namespace espalier::cpu::ESPALIER_ISA {

/**
 * c[i][j] += alpha * sum over k < depth of a[k][i] * b[k][j], for a tile of tile_rows x
 * Simd<T>::width. Row k of a, c and b is at k times their step; a is read element by element, b and
 * c in vectors.
 */
template <class T>
inline void tile_update(T* c, int64_t c_step, const T* a, int64_t a_step, const T* b,
                        int64_t b_step, int64_t depth, T alpha) {
  constexpr int lanes = Simd<T>::lanes;
  Vector<T> sum[tile_rows][tile_vectors] = {};
  for (int64_t k = 0; k < depth; ++k) {
    Vector<T> row[tile_vectors];
#pragma GCC unroll 8
    for (int v = 0; v < tile_vectors; ++v) row[v] = load(b + v * lanes);
#pragma GCC unroll 8
    for (int i = 0; i < tile_rows; ++i) {
#pragma GCC unroll 8
      for (int v = 0; v < tile_vectors; ++v) sum[i][v] += a[i] * row[v];
    }
    a += a_step;
    b += b_step;
  }
#pragma GCC unroll 8
  for (int i = 0; i < tile_rows; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < tile_vectors; ++v) {
      T* at = c + i * c_step + v * lanes;
      store(at, load(at) + alpha * sum[i][v]);
    }
  }
}

/** tile_update at an edge of C: only the first `rows` rows and `cols` columns of it are touched. */
template <class T>
inline void tile_update_part(T* c, int64_t c_step, const T* a, int64_t a_step, const T* b,
                             int64_t b_step, int64_t depth, T alpha, int64_t rows, int64_t cols) {
  constexpr int width = Simd<T>::width;
  alignas(64) T tile[tile_rows * width] = {};
  tile_update(tile, width, a, a_step, b, b_step, depth, alpha);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j) c[i * c_step + j] += tile[i * width + j];
  }
}

}  // namespace espalier::cpu::ESPALIER_ISA
