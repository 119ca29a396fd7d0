#include "product.cuh"

#include "product_output.cuh"
#include "warp_tile.cuh"
#include "wgmma_product.cuh"

namespace espalier::cuda {

namespace {

/** How a block forms its tile: `down` x `across` warps, with panels of `depth` rows under way. */
template <class T, int tile_rows, int tile_cols, int down, int across, int panel_depth>
struct Shape {
  static constexpr int rows = tile_rows, cols = tile_cols, depth = panel_depth;
  static constexpr int warp_rows = rows / down, warp_cols = cols / across;
  static constexpr int warps_across = across, threads = down * across * warp_size;
  using Left = Strips<T, rows, depth>;
  using Right = Strips<T, cols, depth>;
  // Three stages: two blocks fit the 100 KB of the smallest multiprocessors (but for f64).
  static constexpr int stages = 3, stage_bytes = Left::bytes + Right::bytes;
  static constexpr int shared_bytes = stages * stage_bytes;
};

template <class T>
struct Shapes;
template <>
struct Shapes<float> {
  using Large = Shape<float, 128, 128, 2, 4, 16>;
  using Small = Shape<float, 64, 64, 2, 2, 16>;
};
template <>
struct Shapes<double> {
  using Large = Shape<double, 128, 64, 4, 2, 16>;
  using Small = Shape<double, 64, 64, 2, 2, 16>;
};
template <class T>
struct HalfShapes {
  using Large = Shape<T, 128, 128, 2, 4, 32>;
  using Small = Shape<T, 64, 64, 1, 2, 32>;
};
template <>
struct Shapes<F16> : HalfShapes<F16> {};
template <>
struct Shapes<Bf16> : HalfShapes<Bf16> {};

template <class S, bool aligned, class T>
__global__ void __launch_bounds__(S::threads, 2)
    product_kernel(ProductOutput<Sum<T>> to, View<const T> a, View<const T> b, Slices slices,
                   Tiles<S::rows, S::cols> tiles) {
  int64_t i0, j0;
  if (!tiles.locate(blockIdx.x, i0, j0)) return;
  const int64_t first = slices.enter(blockIdx.y, a, b, to.c);

  ESP_DYNAMIC_SHARED(panels, unsigned char);
  StripLoader<typename S::Left, S::threads, aligned, T> left(a, first, i0);
  StripLoader<typename S::Right, S::threads, aligned, T> right(b, first, j0);
  const auto load = [&](int stage) {
    left.load(panels + stage * S::stage_bytes);
    right.load(panels + stage * S::stage_bytes + S::Left::bytes);
    commit_copies();
  };
  const int warp = static_cast<int>(threadIdx.x) / warp_size;
  const int wi = warp / S::warps_across * S::warp_rows, wj = warp % S::warps_across * S::warp_cols;
  WarpTile<T, S::warp_rows, S::warp_cols, S::depth> tile;

  constexpr int ahead = S::stages - 1;
  for (int s = 0; s < ahead; ++s) load(s);
  int stage = 0, free_stage = ahead;
  for (int64_t k = first; k < a.rows; k += S::depth) {
    wait_for_copies<ahead - 1>();
    __syncthreads();  // this stage is there for all, and all have left the one before
    load(free_stage);
    const unsigned char* panel = panels + stage * S::stage_bytes;
    tile.add(panel, wi, panel + S::Left::bytes, wj);
    free_stage = stage;
    stage = stage + 1 == S::stages ? 0 : stage + 1;
  }
  wait_for_copies<0>();
  to.put(tile, i0 + wi, j0 + wj);
}

template <class S, bool aligned, class T>
void launch(const ProductOutput<Sum<T>>& to, View<const T> a, View<const T> b, const Slices& slices,
            const Tiles<S::rows, S::cols>& tiles, cudaStream_t stream) {
  const auto kernel = product_kernel<S, aligned, T>;
  allow_shared<S::shared_bytes>(kernel);
  const dim3 grid(tiles.blocks(), static_cast<unsigned>(slices.count));
  ESP_LAUNCH(kernel, grid, S::threads, S::shared_bytes, stream, to, a, b, slices, tiles);
  check_launch();
}

template <class S, class T>
void launch(const ProductOutput<Sum<T>>& to, View<const T> a, View<const T> b, const Slices& slices,
            const Tiles<S::rows, S::cols>& tiles, cudaStream_t stream) {
  if (has_wide_rows(a) && has_wide_rows(b)) {
    launch<S, true>(to, a, b, slices, tiles, stream);
  } else {
    launch<S, false>(to, a, b, slices, tiles, stream);
  }
}

}  // namespace

template <class T>
void product_of_slices(View<Sum<T>> c, View<const T> a, View<const T> b, Sum<T> alpha, bool add,
                       Part part, const Slices& slices, cudaStream_t stream) {
  if (c.rows == 0 || c.cols == 0) return;
  using Large = typename Shapes<T>::Large;
  using Small = typename Shapes<T>::Small;
  const bool aligned = has_wide_rows(c) && slices.step * sizeof(Sum<T>) % 16 == 0;
  const ProductOutput<Sum<T>> to{c, alpha, add, aligned};
#ifdef ESPALIER_HAS_WGMMA
  if constexpr (sizeof(T) == 2) {
    if (has_wgmma() && has_wide_rows(a) && has_wide_rows(b)) {
      return wgmma_product<T>(to, a, b, part, slices, stream);
    }
  }
#endif
  // Both give the same bits; small tiles occupy more of the device where there are few.
  const Tiles<Large::rows, Large::cols> tiles(c.rows, c.cols, part);
  if (tiles.blocks() * slices.count >= device_attribute(cudaDevAttrMultiProcessorCount)) {
    launch<Large>(to, a, b, slices, tiles, stream);
  } else {
    launch<Small>(to, a, b, slices, Tiles<Small::rows, Small::cols>(c.rows, c.cols, part), stream);
  }
}

template void product_of_slices(View<float>, View<const float>, View<const float>, float, bool,
                                Part, const Slices&, cudaStream_t);
template void product_of_slices(View<double>, View<const double>, View<const double>, double, bool,
                                Part, const Slices&, cudaStream_t);
template void product_of_slices(View<float>, View<const F16>, View<const F16>, float, bool, Part,
                                const Slices&, cudaStream_t);
template void product_of_slices(View<float>, View<const Bf16>, View<const Bf16>, float, bool, Part,
                                const Slices&, cudaStream_t);

void product(View<float> c, View<const float> a, View<const float> b, float alpha, bool add,
             Part part, cudaStream_t stream) {
  product_of_slices<float>(c, a, b, alpha, add, part, {1, a.rows, 0}, stream);
}

void product(View<double> c, View<const double> a, View<const double> b, double alpha, bool add,
             Part part, cudaStream_t stream) {
  product_of_slices<double>(c, a, b, alpha, add, part, {1, a.rows, 0}, stream);
}

}  // namespace espalier::cuda
