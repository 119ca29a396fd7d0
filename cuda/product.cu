#include "product.cuh"

namespace espalier::cuda {

namespace {

constexpr int tile = 64;
constexpr int depth = 16;
constexpr int side = 16;           // threads along each side of a tile
constexpr int each = tile / side;  // rows and columns of a thread
constexpr int threads = side * side;

/** Rows k0 .. k0 + depth - 1 of columns j0 .. j0 + tile - 1; zeros beyond the matrix. */
template <class T>
__device__ void load_panel(View<const T> from, int64_t k0, int64_t j0, T (&to)[depth][tile]) {
  for (int i = static_cast<int>(threadIdx.x); i < depth * tile; i += threads) {
    const int64_t k = k0 + i / tile, j = j0 + i % tile;
    to[i / tile][i % tile] = k < from.rows && j < from.cols ? from.row(k)[j] : T{0};
  }
}

template <class T>
__global__ void __launch_bounds__(threads)
    product_kernel(View<T> c, View<const T> a, View<const T> b, T alpha, bool add, Part part) {
  const int64_t i0 = static_cast<int64_t>(blockIdx.y) * tile;
  const int64_t j0 = static_cast<int64_t>(blockIdx.x) * tile;
  if (part == Part::upper && j0 + tile <= i0) return;
  ESP_SHARED(left, T[depth][tile]);
  ESP_SHARED(right, T[depth][tile]);
  const int ti = static_cast<int>(threadIdx.x) / side, tj = static_cast<int>(threadIdx.x) % side;
  T sum[each][each] = {};
  for (int64_t k = 0; k < a.rows; k += depth) {
    load_panel(a, k, i0, left);
    load_panel(b, k, j0, right);
    __syncthreads();
    for (int d = 0; d < depth; ++d) {
#pragma unroll
      for (int y = 0; y < each; ++y) {
#pragma unroll
        for (int x = 0; x < each; ++x) {
          sum[y][x] += left[d][ti + y * side] * right[d][tj + x * side];
        }
      }
    }
    __syncthreads();
  }
  for (int y = 0; y < each; ++y) {
    const int64_t i = i0 + ti + y * side;
    for (int x = 0; x < each; ++x) {
      const int64_t j = j0 + tj + x * side;
      if (i >= c.rows || j >= c.cols) continue;
      T* to = c.row(i) + j;
      *to = (add ? *to : T{0}) + alpha * sum[y][x];
    }
  }
}

template <class T>
void launch(View<T> c, View<const T> a, View<const T> b, T alpha, bool add, Part part,
            cudaStream_t stream) {
  const dim3 grid(static_cast<unsigned>(ceil_div(c.cols, tile)),
                  static_cast<unsigned>(ceil_div(c.rows, tile)));
  ESP_LAUNCH(product_kernel<T>, grid, threads, 0, stream, c, a, b, alpha, add, part);
  check_launch();
}

}  // namespace

void product(View<float> c, View<const float> a, View<const float> b, float alpha, bool add,
             Part part, cudaStream_t stream) {
  launch(c, a, b, alpha, add, part, stream);
}

void product(View<double> c, View<const double> a, View<const double> b, double alpha, bool add,
             Part part, cudaStream_t stream) {
  launch(c, a, b, alpha, add, part, stream);
}

}  // namespace espalier::cuda
