#pragma once

#include "runtime.cuh"

/** Launches whose threads each keep to a few columns of a matrix and go down its rows. */
namespace espalier::cuda {

/** `threads` in all, a power of two: side by side as far as `columns` go, the others in rows below
    them. */
inline dim3 block_over(int64_t columns, unsigned threads) {
  unsigned across = 1;
  while (across < columns && across < threads) across *= 2;
  return {across, threads / across};
}

/** Blocks that cover the columns; down the rows, as many as give each thread `rows_each`, or fewer:
    kernels step by the grid's rows. */
inline dim3 grid_over(int64_t columns, int64_t rows, dim3 block, int64_t rows_each) {
  constexpr int64_t most_down = 65535;
  const int64_t down = ceil_div(rows, rows_each * block.y);
  return {static_cast<unsigned>(ceil_div(columns, block.x)),
          static_cast<unsigned>(down < most_down ? down : most_down)};
}

/** The running thread's column, its first row, and the distance to its next. */
__device__ inline int64_t own_column() {
  return static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ inline int64_t own_row() {
  return static_cast<int64_t>(blockIdx.y) * blockDim.y + threadIdx.y;
}
__device__ inline int64_t row_step() { return static_cast<int64_t>(gridDim.y) * blockDim.y; }

}  // namespace espalier::cuda
