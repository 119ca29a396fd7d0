#include "cpu/simd.hpp"
#include "cpu/threads.hpp"
#include "kernels.hpp"

namespace espalier::cpu::ESPALIER_ISA {

namespace {

/**
 * x is cut into slabs of tokens and those into tiles of columns. Each tile sums into its own part
 * of the workspace, [slabs, cols]; then each column adds its slabs in order. The cuts depend on the
 * shape alone, so the sums do not depend on the number of threads.
 */
constexpr int64_t tile_cols = 1024;

int64_t slab_count(int64_t tokens) {
  const int64_t slabs = tokens / 256;
  return slabs < 1 ? 1 : slabs > 64 ? 64 : slabs;
}

/** Adds the squares of some rows to f64 sums: no square of an f32 overflows there, or is rounded.
 */
template <class T>
inline void add_squares(double* sums, const T* row, int64_t rows, int64_t stride, int64_t cols) {
  int64_t j = 0;
  for (; j + lanes <= cols; j += lanes) {
    F64 low = load<F64>(sums + j), high = load<F64>(sums + j + lanes / 2);
    for (int64_t t = 0; t < rows; ++t) {
      const F64Pair x = widen(magnitude(row + t * stride + j));
      low += x.low * x.low;
      high += x.high * x.high;
    }
    store(sums + j, low);
    store(sums + j + lanes / 2, high);
  }
  if (j == cols) return;
  float rest[lanes];
  for (int64_t t = 0; t < rows; ++t) {
    store(rest, magnitude(row + t * stride + j, cols - j));
    for (int l = 0; l < cols - j; ++l) sums[j + l] += static_cast<double>(rest[l]) * rest[l];
  }
}

template <class T>
void sum_tile(double* sums, const T* x, int64_t tokens, int64_t stride, int64_t cols) {
  constexpr int64_t bundle = 8;  // rows read side by side for each pass over the sums
  for (int64_t j = 0; j < cols; ++j) sums[j] = 0;
  int64_t t = 0;
  for (; t + bundle <= tokens; t += bundle) add_squares(sums, x + t * stride, bundle, stride, cols);
  add_squares(sums, x + t * stride, tokens - t, stride, cols);
}

template <class T>
void accumulate(const esp_matrix& x, double* acc, double* partial) {
  const T* data = static_cast<const T*>(x.data);
  const int64_t slabs = slab_count(x.rows);
  const int64_t tiles = (x.cols + tile_cols - 1) / tile_cols;
  const auto tile_width = [&](int64_t tile) {
    const int64_t rest = x.cols - tile * tile_cols;
    return rest < tile_cols ? rest : tile_cols;
  };
  const int threads = threads_for_elements(x.rows * x.cols);
#pragma omp parallel num_threads(threads)
  {
#pragma omp for schedule(static)
    for (int64_t task = 0; task < slabs * tiles; ++task) {
      const int64_t slab = task / tiles, column = task % tiles * tile_cols;
      const int64_t begin = slab * x.rows / slabs, end = (slab + 1) * x.rows / slabs;
      sum_tile(partial + slab * x.cols + column, data + begin * x.row_stride + column, end - begin,
               x.row_stride, tile_width(task % tiles));
    }
#pragma omp for schedule(static)
    for (int64_t tile = 0; tile < tiles; ++tile) {
      const int64_t column = tile * tile_cols;
      for (int64_t slab = 0; slab < slabs; ++slab) {
        const double* sums = partial + slab * x.cols + column;
        for (int64_t j = 0; j < tile_width(tile); ++j) acc[column + j] += sums[j];
      }
    }
  }
}

}  // namespace

size_t accumulate_squares_workspace(const esp_matrix& x) {
  return static_cast<size_t>(slab_count(x.rows) * x.cols) * sizeof(double);
}

void accumulate_squares(const esp_matrix& x, double* acc, const Execution& run) {
  double* partial = static_cast<double*>(run.workspace);
  switch (x.dtype) {
    case ESP_F16:
      return accumulate<F16>(x, acc, partial);
    case ESP_BF16:
      return accumulate<Bf16>(x, acc, partial);
    default:
      return accumulate<float>(x, acc, partial);
  }
}

}  // namespace espalier::cpu::ESPALIER_ISA
