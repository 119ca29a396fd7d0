#include <type_traits>

#include "element.cuh"
#include "espalier/dtype.hpp"
#include "kernels.hpp"
#include "workspace.cuh"

namespace espalier::cuda {

namespace {

/**
 * x is cut into slabs of tokens, by its shape alone. A block sums a slab for a strip of columns:
 * each thread owns the columns of one access and takes `bundle` tokens at a time, whose squares it
 * sums in f32, and the bundles' sums in f64. Then each column adds its slabs in order.
 */
constexpr int across = 32, down = 8;  // threads of a block along columns and tokens
constexpr int bundle = 8;

constexpr int64_t step_tokens = down * bundle;     // that a block takes at a time
constexpr int64_t least_tokens = 2 * step_tokens;  // of a slab
constexpr int64_t enough_blocks = 768;

/**
 * The tokens of a slab: so many that strips and slabs make enough blocks to fill a device a few
 * times over, and hardly more, for each costs a start, and sums that are written and read once
 * more. Strips are counted as where x is aligned: its alignment changes no bit. Whole steps, so
 * that bundles do not depend on slabs.
 */
int64_t slab_tokens(const esp_matrix& x) {
  const auto access = 16 / static_cast<int64_t>(element_size(x.dtype));
  const int64_t strips = ceil_div(x.cols, across * access);
  const int64_t tokens = ceil_div(x.rows, ceil_div(enough_blocks, strips));
  return ceil_div(tokens > least_tokens ? tokens : least_tokens, step_tokens) * step_tokens;
}

int64_t slab_count(const esp_matrix& x) { return ceil_div(x.rows, slab_tokens(x)); }

/**
 * Whether a bundle's sum in f32 is right to its 8 roundings, 5e-7. Above, it has overflowed; below,
 * squares may have lost digits as subnormal numbers: 8 errors of 2^-150 at most, 2^-47 of the
 * least safe sum. Squares of f16 are exact, from 2^-48 to 2^32.
 */
template <class T>
__device__ bool is_safe(float sum) {
  if constexpr (std::is_same_v<T, F16>) return true;
  return (sum >= 0x1p-100F) & (sum <= 0x1.fffffep127F);
}

template <class T, int access>
__device__ bool are_zeros(const Pack<T, access> (&packs)[bundle], int c) {
  bool zeros = true;
#pragma unroll
  for (int b = 0; b < bundle; ++b) zeros = zeros & (to_f32(packs[b].at[c]) == 0);
  return zeros;
}

/** A bundle's sum in f64, for one column. */
template <class T>
__device__ double exact_squares(const T* from, int tokens, int64_t stride) {
  double sum = 0;
#pragma unroll 1
  for (int t = 0; t < tokens; ++t) {
    const auto value = static_cast<double>(to_f32(from[t * stride]));
    sum += value * value;
  }
  return sum;
}

/** Sums in shared memory over the block's `down`, in order; those of `across` hold the result. */
template <int columns>
__device__ void sum_down(double (&sums)[columns]) {
  ESP_SHARED(all, double[down][columns][across]);
#pragma unroll
  for (int c = 0; c < columns; ++c) all[threadIdx.y][c][threadIdx.x] = sums[c];
  __syncthreads();
  if (threadIdx.y != 0) return;
#pragma unroll
  for (int c = 0; c < columns; ++c) {
    for (int d = 1; d < down; ++d) sums[c] += all[d][c][threadIdx.x];
  }
}

template <class T, int access>
__global__ void __launch_bounds__(across* down, 2)
    sum_slabs_kernel(View<const T> x, int64_t slab_tokens, double* partial) {
  const int64_t column = (static_cast<int64_t>(blockIdx.x) * across + threadIdx.x) * access;
  const bool inside = column < x.cols;
  const int64_t begin = blockIdx.y * slab_tokens;
  const int64_t end = begin + slab_tokens < x.rows ? begin + slab_tokens : x.rows;
  double sums[access] = {};
  for (int64_t t = begin + threadIdx.y * bundle; t < end && inside; t += down * bundle) {
    const T* from = x.row(t) + column;
    const int tokens = end - t < bundle ? static_cast<int>(end - t) : bundle;
    Pack<T, access> packs[bundle] = {};
#pragma unroll
    for (int b = 0; b < bundle; ++b) {
      if (b < tokens) packs[b] = *reinterpret_cast<const Pack<T, access>*>(from + b * x.stride);
    }
    float squares[access] = {};
#pragma unroll
    for (int b = 0; b < bundle; ++b) {
#pragma unroll
      for (int c = 0; c < access; ++c) {
        const float value = to_f32(packs[b].at[c]);
        squares[c] = __fmaf_rn(value, value, squares[c]);
      }
    }
#pragma unroll
    for (int c = 0; c < access; ++c) {
      double sum = squares[c];
      if (!is_safe<T>(squares[c]) && !are_zeros(packs, c)) {
        sum = exact_squares(from + c, tokens, x.stride);
      }
      sums[c] += sum;
    }
  }
  sum_down(sums);
  if (threadIdx.y != 0 || !inside) return;
#pragma unroll
  for (int c = 0; c < access; ++c) partial[blockIdx.y * x.cols + column + c] = sums[c];
}

__global__ void __launch_bounds__(across* down)
    add_slabs_kernel(const double* partial, int slabs, int64_t cols, double* acc) {
  const int64_t column = static_cast<int64_t>(blockIdx.x) * across + threadIdx.x;
  double sum[1] = {};
  if (column < cols) {
#pragma unroll 8
    for (int s = static_cast<int>(threadIdx.y); s < slabs; s += down) {
      sum[0] += partial[s * cols + column];
    }
  }
  sum_down(sum);
  if (threadIdx.y == 0 && column < cols) acc[column] += sum[0];
}

template <class T, int access>
void launch(const esp_matrix& x, double* partial, cudaStream_t stream) {
  const dim3 grid(static_cast<unsigned>(ceil_div(x.cols, across * access)),
                  static_cast<unsigned>(slab_count(x)));
  ESP_LAUNCH((sum_slabs_kernel<T, access>), grid, dim3(across, down), 0, stream,
             view_of<const T>(x), slab_tokens(x), partial);
  check_launch();
}

}  // namespace

size_t accumulate_squares_workspace(const esp_matrix& x) {
  Workspace workspace(nullptr);
  workspace.take<double>(slab_count(x) * x.cols);
  return workspace.used();
}

void accumulate_squares(const esp_matrix& x, double* acc, const Execution& run) {
  auto* partial = Workspace(run.workspace).take<double>(slab_count(x) * x.cols);
  const cudaStream_t stream = stream_of(run.stream);
  with_element(x.dtype, [&](auto element) {
    using T = decltype(element);
    if (is_wide(x, sizeof(T))) {
      launch<T, wide<T>>(x, partial, stream);
    } else {
      launch<T, 1>(x, partial, stream);
    }
  });
  ESP_LAUNCH(add_slabs_kernel, static_cast<unsigned>(ceil_div(x.cols, across)), dim3(across, down),
             0, stream, partial, static_cast<int>(slab_count(x)), x.cols, acc);
  check_launch();
}

}  // namespace espalier::cuda
