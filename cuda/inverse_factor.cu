#include <type_traits>

#include "kernels.hpp"
#include "reduce.cuh"
#include "triangular.cuh"
#include "workspace.cuh"

namespace espalier::cuda {

// The method is the CPU's (src/cpu/inverse_factor.cpp): with M' the reflection of M in its
// anti-diagonal, (H + damp I)' = R^T R, and U is R^-T with both axes reversed.

namespace {

/** What the kernels tell each other, and at last the host. */
struct State {
  double damp;
  int64_t failed;  // the row of the reflected matrix that stopped the factorisation, or -1
};

/** The matrices of a factorisation, whole squares with the identity in the padding. */
struct Storage {
  Storage(const esp_matrix& h, esp_dtype precision, Workspace& workspace) {
    const int64_t size = ceil_div(h.rows, square_side) * square_side;
    state = workspace.take<State>(1);
    single = {workspace.take<float>(size * size), size, size, size};
    if (precision == ESP_F64) wide = {workspace.take<double>(size * size), size, size, size};
  }

  State* state;
  View<float> single;
  View<double> wide{};
};

constexpr int diagonal_threads = 1024;

/** Marks the dead columns; finds the damping, and the first column whose diagonal is NaN or
    infinite. */
__global__ void __launch_bounds__(diagonal_threads)
    read_diagonal_kernel(View<const float> h, double damping, uint8_t* dead, State* state) {
  ESP_SHARED(not_finite, unsigned long long);
  const int64_t n = h.rows;
  if (threadIdx.x == 0) not_finite = static_cast<unsigned long long>(n);
  __syncthreads();
  double sum = 0;
  for (int64_t j = threadIdx.x; j < n; j += diagonal_threads) {
    const float d = h.row(j)[j];
    dead[j] = d == 0;
    sum += d == 0 ? 1.0 : static_cast<double>(d);
    if (!(d - d == 0)) atomicMin(&not_finite, static_cast<unsigned long long>(j));
  }
  sum = block_sum<diagonal_threads>(sum);
  if (threadIdx.x == 0) {
    state->damp = damping * (sum / static_cast<double>(n));
    state->failed = n - 1 - static_cast<int64_t>(not_finite);
  }
}

constexpr int patch = 32;
constexpr int patch_rows = 8;  // rows of a patch that a block takes at a time
constexpr int patch_threads = patch * patch_rows;

/** The upper triangle of (H + damp I)', with the identity in the padding; the rest of the squares
    on the diagonal becomes zero. One patch a block, turned over in shared memory. */
template <class T>
__global__ void __launch_bounds__(patch_threads)
    load_reflected_kernel(View<const float> h, const State* state, View<T> a) {
  const int64_t i0 = static_cast<int64_t>(blockIdx.y) * patch;
  const int64_t j0 = static_cast<int64_t>(blockIdx.x) * patch;
  if (i0 / square_side > j0 / square_side) return;
  ESP_SHARED(turned, float[patch][patch + 1]);
  const int64_t last = h.rows - 1;
  const auto x = static_cast<int64_t>(threadIdx.x);
  for (int64_t y = threadIdx.y; y < patch; y += patch_rows) {
    const int64_t i = i0 + x, j = j0 + y;
    turned[y][x] = i <= j && j <= last ? h.row(last - j)[last - i] : 0.0F;
  }
  __syncthreads();
  for (int64_t y = threadIdx.y; y < patch; y += patch_rows) {
    const int64_t i = i0 + y, j = j0 + x;
    const auto element = static_cast<double>(turned[x][y]);
    const double on_diagonal = j > last ? 1 : (element == 0 ? 1 : element) + state->damp;
    a.row(i)[j] = static_cast<T>(i == j ? on_diagonal : element);
  }
}

/** The squares on and above the diagonal in single precision, zeros below them. */
template <class T>
__global__ void __launch_bounds__(square_threads)
    narrow_kernel(View<const T> from, View<float> to) {
  const int64_t i0 = static_cast<int64_t>(blockIdx.y) * square_side;
  const int64_t j0 = static_cast<int64_t>(blockIdx.x) * square_side;
  const bool below = i0 > j0;
  if (std::is_same_v<T, float> && !below) return;  // in place
  constexpr int run = wide<float>, per_row = square_side / run;
  for (int p = static_cast<int>(threadIdx.x); p < square_side * per_row; p += square_threads) {
    const int64_t i = i0 + p / per_row, j = j0 + p % per_row * run;
    Run<float> elements{};
    if (!below) {
      const auto wide_elements = *reinterpret_cast<const Pack<T, run>*>(from.row(i) + j);
#pragma unroll
      for (int k = 0; k < run; ++k) elements.at[k] = static_cast<float>(wide_elements.at[k]);
    }
    store_run(elements, to.row(i) + j);
  }
}

constexpr int store_threads = 256;
constexpr int store_rows = 16;

/** U[i][j] = x[n-1-i][n-1-j] for j >= i, zeros below. */
__global__ void __launch_bounds__(store_threads)
    store_reversed_kernel(View<const float> x, View<float> u) {
  const int64_t j = static_cast<int64_t>(blockIdx.x) * store_threads + threadIdx.x;
  const int64_t i0 = static_cast<int64_t>(blockIdx.y) * store_rows;
  if (j >= u.cols) return;
  const int64_t last = u.rows - 1;
  for (int64_t i = i0; i < min(i0 + store_rows, u.rows); ++i) {
    u.row(i)[j] = j >= i ? x.row(last - i)[last - j] : 0.0F;
  }
}

template <class T>
dim3 grid_of(View<T> m, int64_t rows, int64_t cols) {
  return {static_cast<unsigned>(ceil_div(m.cols, cols)),
          static_cast<unsigned>(ceil_div(m.rows, rows))};
}

/** Factors (H + damp I)' in `a`, unless its diagonal has failed already. */
template <class T>
void factor(View<const float> h, View<T> a, State* state, cudaStream_t stream) {
  ESP_LAUNCH(load_reflected_kernel<T>, grid_of(a, patch, patch), dim3(patch, patch_rows), 0, stream,
             h, state, a);
  check_launch();
  cholesky(a, &state->failed, stream);
}

template <class T>
void narrow(View<T> from, View<float> to, cudaStream_t stream) {
  ESP_LAUNCH(narrow_kernel<T>, grid_of(to, square_side, square_side), square_threads, 0, stream,
             read_only(from), to);
  check_launch();
}

}  // namespace

size_t inverse_factor_workspace(const esp_matrix& h, esp_dtype precision) {
  Workspace workspace(nullptr);
  Storage(h, precision, workspace);
  return workspace.used();
}

int64_t inverse_factor(const esp_matrix& h, double damping, esp_dtype precision,
                       const esp_matrix& dead, const Execution& run) {
  const cudaStream_t stream = stream_of(run.stream);
  Workspace workspace(run.workspace);
  const Storage storage(h, precision, workspace);
  const View<const float> matrix = view_of<const float>(h);
  ESP_LAUNCH(read_diagonal_kernel, 1, diagonal_threads, 0, stream, matrix, damping,
             static_cast<uint8_t*>(dead.data), storage.state);
  check_launch();
  if (precision == ESP_F64) {
    factor(matrix, storage.wide, storage.state, stream);
  } else {
    factor(matrix, storage.single, storage.state, stream);
  }
  // The only wait: what follows cannot fail any more, and the caller need not wait for it.
  const int64_t failed = fetch(&storage.state->failed, stream);
  if (failed >= 0) return h.rows - 1 - failed;

  if (precision == ESP_F64) {
    narrow(storage.wide, storage.single, stream);
  } else {
    narrow(storage.single, storage.single, stream);
  }
  invert_transposed(storage.single, stream);
  const View<float> u = view_of<float>(h);
  ESP_LAUNCH(store_reversed_kernel, grid_of(u, store_rows, store_threads), store_threads, 0, stream,
             View<const float>{storage.single.data, u.rows, u.cols, storage.single.stride}, u);
  check_launch();
  return -1;
}

}  // namespace espalier::cuda
