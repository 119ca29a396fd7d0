#include "kernels.hpp"
#include "product.cuh"
#include "workspace.cuh"

namespace espalier::cuda {

namespace {

constexpr int64_t fewest_tokens = 512;  // of a slice

/**
 * Tokens of one launch. Between two updates of h a block adds up at most 512 sums in f32, each of
 * what a tensor core takes at once: 8 tokens in f32, at least 32 in f16 and bf16.
 */
int64_t tokens_at_once(esp_dtype dtype) { return dtype == ESP_F32 ? 512 * 8 : 512 * 32; }

/** Results of slices of the tokens, in workspace, each with aligned rows; none if `most` is 0. */
struct Partials {
  float* data;
  int64_t most, stride, step;
};

/** Where h has few tiles, tokens are sliced so that there are enough blocks for today's devices. */
Partials take_partials(Workspace& workspace, const esp_matrix& x) {
  constexpr int64_t tile = 128, enough = 256;
  const int64_t side = ceil_div(x.cols, tile), tiles = side * (side + 1) / 2;
  const int64_t tokens = min(x.rows, tokens_at_once(x.dtype));
  const int64_t count = min(enough / tiles, ceil_div(tokens, fewest_tokens));
  if (count < 2) return {};
  const int64_t stride = ceil_div(x.cols, 4) * 4;
  return {workspace.take<float>(count * x.cols * stride), count, stride, x.cols * stride};
}

Slices slice(int64_t tokens, const Partials& partials) {
  if (partials.most == 0) return {1, tokens, 0};
  const int64_t rows = ceil_div(tokens, partials.most * fewest_tokens) * fewest_tokens;
  return {ceil_div(tokens, rows), rows, partials.step};
}

constexpr int tile = 32;
constexpr int rows_at_once = 8;

/** Adds `count` partial sums to the upper triangle of h, then copies it to the lower one. */
__global__ void __launch_bounds__(tile* rows_at_once)
    finish_kernel(View<float> h, Partials partials, int64_t count, Tiles<tile, tile> tiles) {
  ESP_SHARED(values, float[tile][tile + 1]);
  int64_t i0, j0;
  if (!tiles.locate(blockIdx.x, i0, j0)) return;
  const int x = static_cast<int>(threadIdx.x) % tile, y0 = static_cast<int>(threadIdx.x) / tile;
  for (int y = y0; y < tile; y += rows_at_once) {
    const int64_t i = i0 + y, j = j0 + x;
    if (i > j || j >= h.cols) continue;
    float sum = h.row(i)[j];
    for (int64_t p = 0; p < count; ++p) {
      sum += partials.data[p * partials.step + i * partials.stride + j];
    }
    if (count > 0) h.row(i)[j] = sum;
    values[y][x] = sum;
  }
  __syncthreads();
  for (int y = y0; y < tile; y += rows_at_once) {
    const int64_t i = j0 + y, j = i0 + x;
    if (i > j && i < h.rows) h.row(i)[j] = values[x][y];
  }
}

void finish(View<float> h, const Partials& partials, int64_t count, cudaStream_t stream) {
  const Tiles<tile, tile> tiles(h.rows, h.cols, Part::upper);
  ESP_LAUNCH(finish_kernel, tiles.blocks(), tile * rows_at_once, 0, stream, h, partials, count,
             tiles);
  check_launch();
}

/** The upper part of c = alpha x^T x, added to c or not, of every slice. */
template <class T>
void gram(View<float> c, View<const T> x, float alpha, bool add, const Slices& slices,
          cudaStream_t stream) {
  product_of_slices<T>(c, x, x, alpha, add, Part::upper, slices, stream);
}

template <class T>
void accumulate(View<const T> x, float alpha, View<float> h, const Partials& partials,
                int64_t at_once, cudaStream_t stream) {
  const bool direct = partials.most == 0;
  const View<float> to = direct ? h : View<float>{partials.data, h.rows, h.cols, partials.stride};
  for (int64_t t = 0; t < x.rows; t += at_once) {
    const View<const T> part{x.row(t), min(at_once, x.rows - t), x.cols, x.stride};
    const Slices slices = slice(part.rows, partials);
    gram(to, part, alpha, direct, slices, stream);
    if (!direct) finish(h, partials, slices.count, stream);
  }
  if (direct) finish(h, partials, 0, stream);
}

}  // namespace

size_t accumulate_hessian_workspace(const esp_matrix& x) {
  Workspace workspace(nullptr);
  take_partials(workspace, x);
  return workspace.used();
}

void accumulate_hessian(const esp_matrix& x, double alpha, const esp_matrix& h,
                        const Execution& run) {
  Workspace workspace(run.workspace);
  const Partials partials = take_partials(workspace, x);
  with_element(x.dtype, [&](auto element) {
    accumulate(view_of<const decltype(element)>(x), static_cast<float>(alpha), view_of<float>(h),
               partials, tokens_at_once(x.dtype), stream_of(run.stream));
  });
}

}  // namespace espalier::cuda
