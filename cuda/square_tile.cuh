#pragma once

#include "element.cuh"

/** Squares of a matrix, each the work of one block of threads: loaded, multiplied and stored. They
    start at multiples of 16 bytes, and so do the rows below. */
namespace espalier::cuda {

inline constexpr int square_side = 64;
inline constexpr int square_threads = 256;

/** A square in shared memory. The padding keeps transposing stores off each other's banks. */
template <class T>
using SquareTile = T[square_side][square_side + 4];

/** The 4 x 4 elements of a square that one thread holds, in runs of 16 bytes. */
template <class T>
struct ThreadShare {
  static constexpr int run = wide<T>;
  static constexpr int runs = 4 / run;
  static constexpr int threads = 16;  // along each side

  T at[4][4] = {};

  /** The place in the square of at[k][.], and of at[.][k]. */
  __device__ static int row(int k) { return place(k, static_cast<int>(threadIdx.x) / threads); }
  __device__ static int col(int k) { return place(k, static_cast<int>(threadIdx.x) % threads); }

 private:
  __device__ static int place(int k, int thread) {
    return (k / run * threads + thread) * run + k % run;
  }
};

template <class T>
using Run = Pack<T, wide<T>>;

/** To global memory, as one access: what is assigned through a pointer the compiler may split. */
__device__ inline void store_run(const Run<float>& run, float* to) {
  __stwb(reinterpret_cast<float4*>(to), make_float4(run.at[0], run.at[1], run.at[2], run.at[3]));
}
__device__ inline void store_run(const Run<double>& run, double* to) {
  __stwb(reinterpret_cast<double2*>(to), make_double2(run.at[0], run.at[1]));
}

template <class T>
struct Four {
  T at[4];
};

template <class T>
__device__ void load(const T* from, int64_t stride, SquareTile<T>& to) {
  constexpr int run = wide<T>, per_row = square_side / run;
#pragma unroll
  for (int step = 0; step < square_side * per_row / square_threads; ++step) {
    const int p = step * square_threads + static_cast<int>(threadIdx.x);
    const int i = p / per_row, j = p % per_row * run;
    *reinterpret_cast<Run<T>*>(&to[i][j]) = *reinterpret_cast<const Run<T>*>(from + i * stride + j);
  }
}

/** to[j][i] = from[i][j]. A warp takes 64 bytes of 8 rows at a time. */
template <class T>
__device__ void load_transposed(const T* from, int64_t stride, SquareTile<T>& to) {
  constexpr int run = wide<T>, per_row = square_side / run;
  const int lane = static_cast<int>(threadIdx.x) % warp_size;
  const int warp = static_cast<int>(threadIdx.x) / warp_size;
#pragma unroll
  for (int step = 0; step < per_row / 4; ++step) {
    const int i = warp * 8 + lane % 8, j = (step * 4 + lane / 8) * run;
    const Run<T> elements = *reinterpret_cast<const Run<T>*>(from + i * stride + j);
#pragma unroll
    for (int k = 0; k < run; ++k) to[j + k][i] = elements.at[k];
  }
}

template <class T>
__device__ ThreadShare<T> load_share(const T* from, int64_t stride) {
  constexpr int run = wide<T>;
  ThreadShare<T> share;
#pragma unroll
  for (int a = 0; a < 4; ++a) {
#pragma unroll
    for (int b = 0; b < 4; b += run) {
      const auto* at = reinterpret_cast<const Run<T>*>(from + share.row(a) * stride + share.col(b));
      const Run<T> elements = *at;
#pragma unroll
      for (int k = 0; k < run; ++k) share.at[a][b + k] = elements.at[k];
    }
  }
  return share;
}

/** The run of a share that starts at at[a][b]. */
template <class T>
__device__ Run<T> run_of(const ThreadShare<T>& share, int a, int b) {
  Run<T> elements;
#pragma unroll
  for (int k = 0; k < wide<T>; ++k) elements.at[k] = share.at[a][b + k];
  return elements;
}

template <class T>
__device__ void store(const ThreadShare<T>& share, T* to, int64_t stride) {
#pragma unroll
  for (int a = 0; a < 4; ++a) {
#pragma unroll
    for (int b = 0; b < 4; b += wide<T>) {
      store_run(run_of(share, a, b), to + share.row(a) * stride + share.col(b));
    }
  }
}

template <class T>
__device__ void store(const ThreadShare<T>& share, SquareTile<T>& to) {
#pragma unroll
  for (int a = 0; a < 4; ++a) {
#pragma unroll
    for (int b = 0; b < 4; b += wide<T>) {
      *reinterpret_cast<Run<T>*>(&to[share.row(a)][share.col(b)]) = run_of(share, a, b);
    }
  }
}

/** The elements of a row in shared memory at the four places of a share along one side, of which
    the first is given. */
template <class T>
__device__ Four<T> four_of(const T* row, int first) {
  constexpr int run = wide<T>;
  Four<T> four;
#pragma unroll
  for (int k = 0; k < 4; k += run) {
    const Run<T> elements =
        *reinterpret_cast<const Run<T>*>(row + first + k * ThreadShare<T>::threads);
#pragma unroll
    for (int e = 0; e < run; ++e) four.at[k + e] = elements.at[e];
  }
  return four;
}

/** sum += left^T right. */
template <class T>
__device__ void add_product(ThreadShare<T>& sum, const SquareTile<T>& left,
                            const SquareTile<T>& right) {
#pragma unroll 4
  for (int k = 0; k < square_side; ++k) {
    const Four<T> l = four_of(left[k], sum.row(0)), r = four_of(right[k], sum.col(0));
#pragma unroll
    for (int a = 0; a < 4; ++a) {
#pragma unroll
      for (int b = 0; b < 4; ++b) sum.at[a][b] += l.at[a] * r.at[b];
    }
  }
}

template <class T>
__device__ void negate(ThreadShare<T>& share) {
#pragma unroll
  for (int a = 0; a < 4; ++a) {
#pragma unroll
    for (int b = 0; b < 4; ++b) share.at[a][b] = -share.at[a][b];
  }
}

}  // namespace espalier::cuda
