#include "triangular.cuh"

#include <algorithm>
#include <type_traits>

#include "product.cuh"

namespace espalier::cuda {

namespace {

constexpr int side = square_side;
constexpr int threads = square_threads;
/** Rows solved before the rows below learn of them: the depth of nearly all products. */
constexpr int64_t panel_rows = 4 * side;

template <class T>
View<T> block_of(View<T> m, int64_t i, int64_t j, int64_t rows, int64_t cols) {
  return {m.row(i) + j, rows, cols, m.stride};
}

/**
 * Gauss' elimination of the upper triangle of a, which becomes R, alongside the identity, which
 * becomes X: column j of the one ends where column j of the other begins, so that both share a
 * square. Each step needs the others to see one row alone. Leaves X with zeros above the diagonal.
 * Returns the row of a pivot that is not positive and finite, or -1.
 */
template <class T>
__device__ int factor_square(ThreadShare<T>& a) {
  constexpr int run = ThreadShare<T>::run, runs = ThreadShare<T>::runs,
                across = ThreadShare<T>::threads;
  // Two, by turns: a slow thread may still read the last row.
  ESP_SHARED(pivot_rows, Run<T>[2][side / run]);
  const int y = static_cast<int>(threadIdx.x) / across, x = static_cast<int>(threadIdx.x) % across;
#pragma unroll
  for (int s = 0; s < runs; ++s) {
#pragma unroll 1
    for (int t = 0; t < across; ++t) {
#pragma unroll
      for (int own = s * run; own < (s + 1) * run; ++own) {
        const int j = (s * across + t) * run + own % run;  // row `own` of the threads with y = t
        T* const row = reinterpret_cast<T*>(pivot_rows[j % 2]);
        if (y == t) {
#pragma unroll
          for (int b = 0; b < 4; ++b) row[a.col(b)] = a.at[own][b];
        }
        __syncthreads();
        const T pivot = row[j];
        if (!(pivot > 0 && pivot < static_cast<T>(INFINITY))) return j;
        const T scale = rsqrt(pivot);
        const Four<T> factors = four_of(row, a.row(0));
        Four<T> scaled = four_of(row, a.col(0));
#pragma unroll
        for (int b = 0; b < 4; ++b) scaled.at[b] *= scale;
        if (x == t) {  // the column passes from a to the identity
          scaled.at[own] = scale;
#pragma unroll
          for (int r = s * run; r < 4; ++r) a.at[r][own] = 0;
        }
#pragma unroll
        for (int r = s * run; r < 4; ++r) {
          if (a.row(r) < j) continue;
          const T factor = factors.at[r] * scale;
#pragma unroll
          for (int b = 0; b < 4; ++b) {
            a.at[r][b] = r == own && y == t ? scaled.at[b] : a.at[r][b] - factor * scaled.at[b];
          }
        }
      }
    }
  }
#pragma unroll
  for (int r = 0; r < 4; ++r) {
#pragma unroll
    for (int b = 0; b < 4; ++b) {
      if (a.col(b) > a.row(r)) a.at[r][b] = 0;
    }
  }
  return -1;
}

/**
 * Takes from the squares on and above the diagonal, from (i0, i0) on, what the square row before
 * them contributes; then factors the first.
 */
template <class T>
__global__ void __launch_bounds__(threads)
    advance_kernel(View<T> a, int64_t i0, bool subtract, int64_t* failed) {
  if (blockIdx.x < blockIdx.y) return;
  const int64_t i = i0 + static_cast<int64_t>(blockIdx.y) * side;
  const int64_t j = i0 + static_cast<int64_t>(blockIdx.x) * side;
  ThreadShare<T> own = load_share(a.row(i) + j, a.stride);
  if (subtract) {
    ESP_DYNAMIC_SHARED(squares, SquareTile<T>);
    load(a.row(i0 - side) + i, a.stride, squares[0]);
    load(a.row(i0 - side) + j, a.stride, squares[1]);
    __syncthreads();
    negate(own);
    add_product(own, squares[0], squares[1]);
    negate(own);
  }
  if (blockIdx.x == 0) {
    if (*failed >= 0) return;
    const int row = factor_square(own);
    if (row >= 0) {
      if (threadIdx.x == 0) *failed = i0 + row;
      return;
    }
  }
  store(own, a.row(i) + j, a.stride);
}

/** rows = x rows in place, x lower; every block has 64 columns. */
template <class T>
__global__ void __launch_bounds__(threads) solve_kernel(View<const T> x, View<T> rows) {
  ESP_DYNAMIC_SHARED(squares, SquareTile<T>);
  SquareTile<T>& left = squares[0];
  SquareTile<T>* const column = squares + 1;
  const int64_t j = static_cast<int64_t>(blockIdx.x) * side;
  const int height = static_cast<int>(rows.rows / side);
  for (int i = 0; i < height; ++i) load(rows.row(i * side) + j, rows.stride, column[i]);
  for (int i = 0; i < height; ++i) {
    ThreadShare<T> sum;
    for (int k = 0; k <= i; ++k) {
      __syncthreads();
      load_transposed(x.row(i * side) + k * side, x.stride, left);
      __syncthreads();
      add_product(sum, left, column[k]);
    }
    store(sum, rows.row(i * side) + j, rows.stride);
  }
}

template <class T>
constexpr size_t solve_bytes(int64_t rows) {
  return static_cast<size_t>(1 + rows / side) * sizeof(SquareTile<T>);
}
/** Panels of float are solved whole, of double only squares. */
template <class T>
constexpr size_t most_solve_bytes = solve_bytes<T>(std::is_same_v<T, float> ? panel_rows : side);

/** Solves R^T X = B in place of B, a row of squares, given R's inverse transpose. */
template <class T>
void solve(View<T> inverse, View<T> b, cudaStream_t stream) {
  allow_shared<most_solve_bytes<T>>(solve_kernel<T>);
  ESP_LAUNCH(solve_kernel<T>, static_cast<unsigned>(b.cols / side), threads, solve_bytes<T>(b.rows),
             stream, read_only(inverse), b);
  check_launch();
}

/**
 * X's squares below the diagonal in the squares of panel_rows on it, one a block of threads:
 * X[i][j] = -X[i][i] (sum over j <= k < i of R[k][i]^T X[k][j]). Then zeros replace R's squares
 * there.
 */
__global__ void __launch_bounds__(threads) invert_panels_kernel(View<float> x) {
  ESP_DYNAMIC_SHARED(squares, SquareTile<float>);
  SquareTile<float>&left = squares[0], &right = squares[1];
  const int64_t begin = static_cast<int64_t>(blockIdx.x) * panel_rows;
  const int height = static_cast<int>(min(panel_rows, x.rows - begin) / side);
  const auto at = [&](int i, int j) { return x.row(begin + i * side) + begin + j * side; };
  for (int j = 0; j < height; ++j) {
    for (int i = j + 1; i < height; ++i) {
      ThreadShare<float> sum;
      for (int k = j; k < i; ++k) {
        __syncthreads();
        load(at(k, i), x.stride, left);
        load(at(k, j), x.stride, right);
        __syncthreads();
        add_product(sum, left, right);
      }
      negate(sum);
      __syncthreads();
      load_transposed(at(i, i), x.stride, left);
      store(sum, right);
      __syncthreads();
      ThreadShare<float> solved;
      add_product(solved, left, right);
      store(solved, at(i, j), x.stride);
    }
  }
  // All of R has been read before the last barrier.
  for (int j = 0; j < height; ++j) {
    for (int i = 0; i < j; ++i) store(ThreadShare<float>{}, at(i, j), x.stride);
  }
}

}  // namespace

template <class T>
void cholesky(View<T> a, int64_t* failed, cudaStream_t stream) {
  constexpr size_t bytes = 2 * sizeof(SquareTile<T>);
  allow_shared<bytes>(advance_kernel<T>);
  const int64_t n = a.rows;
  for (int64_t begin = 0; begin < n; begin += panel_rows) {
    const int64_t end = std::min(begin + panel_rows, n);
    for (int64_t i = begin; i < end; i += side) {
      const bool subtract = i > begin;
      const dim3 grid(static_cast<unsigned>(subtract ? (n - i) / side : 1),
                      static_cast<unsigned>(subtract ? (end - i) / side : 1));
      ESP_LAUNCH(advance_kernel<T>, grid, threads, bytes, stream, a, i, subtract, failed);
      check_launch();
      const int64_t next = i + side;
      if (next < n) {
        solve(block_of(a, i, i, side, side), block_of(a, i, next, side, n - next), stream);
      }
    }
    if (end < n) {
      const View<const T> solved = read_only(block_of(a, begin, end, end - begin, n - end));
      product(block_of(a, end, end, n - end, n - end), solved, solved, T{-1}, true, Part::upper,
              stream);
    }
  }
}

template void cholesky(View<float>, int64_t*, cudaStream_t);
template void cholesky(View<double>, int64_t*, cudaStream_t);

void invert_transposed(View<float> x, cudaStream_t stream) {
  constexpr size_t bytes = 2 * sizeof(SquareTile<float>);
  const int64_t n = x.rows;
  allow_shared<bytes>(invert_panels_kernel);
  ESP_LAUNCH(invert_panels_kernel, static_cast<unsigned>(ceil_div(n, panel_rows)), threads, bytes,
             stream, x);
  check_launch();
  for (int64_t begin = 0; begin < n; begin += panel_rows) {
    const int64_t end = std::min(begin + panel_rows, n), rows = end - begin;
    if (begin > 0) {
      solve(block_of(x, begin, begin, rows, rows), block_of(x, begin, 0, rows, begin), stream);
    }
    if (end < n) {
      product(block_of(x, end, 0, n - end, end), read_only(block_of(x, begin, end, rows, n - end)),
              read_only(block_of(x, begin, 0, rows, end)), -1.0F, true, Part::all, stream);
    }
  }
}

}  // namespace espalier::cuda
