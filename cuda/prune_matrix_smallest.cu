#include "kernels.hpp"
#include "radix_select.cuh"
#include "score.cuh"
#include "workspace.cuh"
#include "zero_smallest.cuh"

namespace espalier::cuda {

namespace {

/** Magnitudes as keys that are no wider than they must be; NaN as in score.cuh. */
template <class T>
struct Magnitude;

template <>
struct Magnitude<float> {
  static constexpr int bits = score_key_bits;
  __device__ static uint32_t key(float w) { return score_key(w); }
};

template <class T, uint32_t nan>
struct HalfMagnitude {
  static constexpr int bits = 15;
  __device__ static uint32_t key(T w) {
    const uint32_t key = w.bits & 0x7FFFU;
    return key < nan ? key : nan;
  }
};
template <>
struct Magnitude<F16> : HalfMagnitude<F16, 0x7C01> {};
template <>
struct Magnitude<Bf16> : HalfMagnitude<Bf16, 0x7F81> {};

/** A matrix cut into as many runs of packs, in row-major order, as the grid has blocks. */
template <class T, int count>
struct Tiles {
  View<T> w;
  int64_t most_packs;  // of a tile; the last ones may have fewer

  __device__ MatrixCursor<T, count> cursor() const {
    return {w, steps_in_block(before(blockIdx.x), before(blockIdx.x + 1))};
  }
  __device__ int64_t packs() const { return before(blockIdx.x + 1) - before(blockIdx.x); }

 private:
  __device__ int64_t before(int64_t tile) const {
    const int64_t all = w.rows * (w.cols / count);
    return tile * most_packs < all ? tile * most_packs : all;
  }
};

/** Their keys, for select_kth. */
template <class T, int count>
struct Magnitudes {
  static constexpr int key_bits = Magnitude<T>::bits;
  Tiles<T, count> tiles;

  template <class Add>
  __device__ void visit(const Add& add) const {
    visit_packs(tiles.cursor(), [&](const Pack<T, count>& pack, int64_t /*column*/) {
#pragma unroll
      for (int k = 0; k < count; ++k) add(Magnitude<T>::key(pack.at[k]));
    });
  }
};

/** Of the keys equal to the threshold's, how many this tile loses: those of tiles before it go
    first. */
template <int values>
__device__ Cut cut_of_tile(const Order& order, int64_t ties, const uint32_t* tile_counts) {
  const uint32_t* counts = tile_counts + order.key % values;  // a tile's every `values`-th
  int64_t before = 0;
#pragma unroll 1
  for (unsigned t = threadIdx.x; t < blockIdx.x; t += select_threads) before += counts[t * values];
  const int64_t left = ties - block_sum<select_threads>(before);
  const int64_t own = counts[blockIdx.x * values];
  if (left >= own) return {order.key + 1, 0};
  return {order.key, left > 0 ? left : 0};
}

template <class T, int count>
__global__ void __launch_bounds__(select_threads, select_residents)
    zero_tiles_kernel(Tiles<T, count> tiles, int64_t prune, bool with_ties,
                      const Selection* selection, const uint32_t* tile_counts) {
  const Order order = selection->order;
  const auto ties = prune - static_cast<int64_t>(order.below);
  Cut cut = {order.key + 1, 0};
  if (!with_ties && ties < static_cast<int64_t>(order.equal)) {
    cut = cut_of_tile<SelectDigits<Magnitude<T>::bits>::last_values>(order, ties, tile_counts);
  }
  zero_smallest<select_threads>(
      tiles.cursor(), tiles.packs(), cut,
      [](const Pack<T, count>& pack, int64_t /*column*/, uint32_t(&keys)[count]) {
#pragma unroll
        for (int k = 0; k < count; ++k) keys[k] = Magnitude<T>::key(pack.at[k]);
      });
}

template <class T>
struct Scratch {
  Selection* selection;
  uint32_t* tile_counts;  // see select_kth

  Scratch(const esp_matrix& w, Workspace& workspace)
      : selection(workspace.take<Selection>(1)),
        tile_counts(workspace.take<uint32_t>(int64_t{most_select_blocks(w.rows * w.cols)} *
                                             SelectDigits<Magnitude<T>::bits>::last_values)) {}
};

template <class T, int count>
void launch(const esp_matrix& w, int64_t prune, bool with_ties, const Scratch<T>& scratch,
            cudaStream_t stream) {
  const unsigned blocks = select_blocks(w.rows * w.cols);
  const Tiles<T, count> tiles = {view_of<T>(w), ceil_div(w.rows * (w.cols / count), blocks)};
  check(cudaMemsetAsync(scratch.selection, 0, sizeof(Selection), stream));
  select_kth(Magnitudes<T, count>{tiles}, blocks, prune - 1, scratch.selection, scratch.tile_counts,
             stream);
  ESP_LAUNCH((zero_tiles_kernel<T, count>), blocks, select_threads, 0, stream, tiles, prune,
             with_ties, scratch.selection, scratch.tile_counts);
  check_launch();
}

}  // namespace

size_t prune_matrix_smallest_workspace(const esp_matrix& w) {
  Workspace workspace(nullptr);
  with_element(w.dtype, [&](auto element) { Scratch<decltype(element)>(w, workspace); });
  return workspace.used();
}

void prune_matrix_smallest(const esp_matrix& w, int64_t count, bool with_ties,
                           const Execution& run) {
  Workspace workspace(run.workspace);
  const cudaStream_t stream = stream_of(run.stream);
  with_element(w.dtype, [&](auto element) {
    using T = decltype(element);
    const Scratch<T> scratch(w, workspace);
    if (is_wide(w, sizeof(T))) {
      launch<T, wide<T>>(w, count, with_ties, scratch, stream);
    } else {
      launch<T, 1>(w, count, with_ties, scratch, stream);
    }
  });
}

}  // namespace espalier::cuda
