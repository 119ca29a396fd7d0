#pragma once

#include "async_copy.cuh"
#include "element.cuh"

namespace espalier::cuda {

/**
 * A part of an operand of a^T b in shared memory: `depth` rows, along which products are summed, of
 * `width` columns. It is cut into strips of 128 bytes of columns, a strip's rows follow each other,
 * and in row k chunk c of 16 bytes stands in place c ^ k % 8. So eight threads that access one
 * chunk in eight rows, or eight chunks of one row, meet in no bank; and it is what the PTX ISA
 * calls an MN-major matrix in 128-byte swizzle mode, if it starts at a multiple of 1024.
 */
template <class T, int width_, int depth_>
struct Strips {
  static constexpr int width = width_, depth = depth_;
  static constexpr int chunk_cols = wide<T>, cols = 8 * chunk_cols;  // of a strip
  static constexpr int row_bytes = 128, strip_bytes = depth * row_bytes;
  static constexpr int rows = width / cols * depth;  // of all strips
  static constexpr int bytes = rows * row_bytes;
  static_assert(width % cols == 0 && depth % 8 == 0);
};

/** Where chunk c of row k stands in a strip. */
__device__ inline int chunk_offset(int k, int c) { return k * 128 + (c ^ (k & 7)) * 16; }

/** A chunk that is copied element by element, for operands whose rows are not aligned. */
template <class T>
__device__ void copy_elements(unsigned char* to, const T* from, int count) {
  if constexpr (sizeof(T) >= 4) {
#pragma unroll
    for (int e = 0; e < wide<T>; ++e) {
      copy_async<sizeof(T)>(to + e * sizeof(T), from + e, e < count ? sizeof(T) : 0);
    }
  } else {
    Pack<T, wide<T>> pack = {};
#pragma unroll
    for (int e = 0; e < wide<T>; ++e) {
      if (e < count) pack.at[e] = from[e];
    }
    *reinterpret_cast<Pack<T, wide<T>>*>(to) = pack;
  }
}

/**
 * Fills strips with columns j0, j0 + 1, ... of a matrix and its rows from k0 on, zeros beyond them.
 * All threads of the block take part.
 * @tparam aligned whether the rows of the matrix start at multiples of 16 bytes
 */
template <class S, int threads, bool aligned, class T>
class StripLoader {
 public:
  __device__ StripLoader(const View<const T>& m, int64_t k0, int64_t j0)
      : at_(m.row(k0 + row()) + j0 + column()),
        stride_(m.stride),
        rows_left_(static_cast<int>(m.rows - k0) - row()),
        cols_left_(static_cast<int>(m.cols - j0) - column()) {}

  /** Begins to fill strips; the next ones get the rows after these. */
  __device__ void load(unsigned char* strips) {
    unsigned char* to = strips + strip() * S::strip_bytes + chunk_offset(row(), chunk());
#pragma unroll
    for (int pass = 0; pass < S::rows; pass += rows_at_once) {
      const int strip_on = pass / S::depth, row_on = pass % S::depth;
      const int inside = min(max(cols_left_ - strip_on * S::cols, 0), S::chunk_cols);
      copy(to + strip_on * S::strip_bytes + row_on * S::row_bytes,
           at_ + row_on * stride_ + strip_on * S::cols, row_on < rows_left_ ? inside : 0);
    }
    at_ += S::depth * stride_;
    rows_left_ -= S::depth;
  }

 private:
  static constexpr int rows_at_once = threads / 8;
  static_assert(S::depth % rows_at_once == 0 || rows_at_once % S::depth == 0);
  static_assert(S::rows % rows_at_once == 0 && rows_at_once % 8 == 0);

  // This thread's first chunk; the others are in the same place of later rows and strips.
  __device__ static int chunk() { return static_cast<int>(threadIdx.x % 8); }
  __device__ static int row() { return static_cast<int>(threadIdx.x / 8 % S::depth); }
  __device__ static int strip() { return static_cast<int>(threadIdx.x / 8 / S::depth); }
  __device__ static int column() { return strip() * S::cols + chunk() * S::chunk_cols; }

  __device__ static void copy(unsigned char* to, const T* from, int count) {
    if constexpr (aligned) {
      copy_async<16>(to, from, count * static_cast<int>(sizeof(T)));
    } else {
      copy_elements(to, from, count);
    }
  }

  const T* at_;
  int64_t stride_;
  int rows_left_, cols_left_;
};

}  // namespace espalier::cuda
