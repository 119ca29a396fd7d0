#include "wgmma_product.cuh"

#include "strips.cuh"
#include "wgmma.cuh"

namespace espalier::cuda {

namespace {

/**
 * A block forms 128 x 192 of the result, a warpgroup 64 rows of it: the most for which registers
 * hold both what tensor cores add up and the rounded sums. At the tensor cores' full rate it reads
 * 53 bytes a cycle through the second-level cache, where a square of 128 would read 64.
 */
template <class T>
struct Shape {
  static constexpr int groups = 2, threads = groups * warpgroup_size;
  static constexpr int rows = groups * 64, cols = 192, depth = 64;
  using Left = Strips<T, rows, depth>;
  using Right = Strips<T, cols, depth>;
  // A stage is read by wgmma, the one before may still be, the others are filled.
  static constexpr int stages = 5, ahead = stages - 2;
  static constexpr int stage_bytes = Left::bytes + Right::bytes;
  static constexpr int shared_bytes = stages * stage_bytes + swizzle_bytes;
  static_assert(Left::cols == 64 && stage_bytes % swizzle_bytes == 0);
  // Tensor cores cut sums off: after so many rows they are moved to sums that are rounded.
  static constexpr int stretch = 1024;
};

/** The 64 x 192 of a warpgroup; to who writes them, the 16 x 192 of each of its warps. */
template <class T>
class GroupTile {
 public:
  static constexpr int rows = 16, cols = 192;
  static constexpr int pack = 2;
  static constexpr int packs = rows * cols / (warp_size * pack);

  /** Begins to add the products of panels a and b; `fresh` if none have been since gather. */
  __device__ void begin(const unsigned char* a, const unsigned char* b, bool fresh) {
    using S = Shape<T>;
    const uint64_t left = describe_strips(a, S::Left::strip_bytes);
    const uint64_t right = describe_strips(b, S::Right::strip_bytes);
    wgmma_fence(cut_);
#pragma unroll
    for (int k = 0; k < S::depth; k += 16) {
      wgmma<T>(cut_, from_row(left, k), from_row(right, k), !fresh || k > 0);
    }
    wgmma_commit();
  }

  /** Waits until all panels but the last are free. */
  __device__ void release() { wgmma_wait<1>(cut_); }

  /** Waits for all and takes what has been added up into the sums. */
  __device__ void gather() {
    wgmma_wait<0>(cut_);
#pragma unroll
    for (int n = 0; n < cols / 8; ++n) {
#pragma unroll
      for (int r = 0; r < 4; ++r) sum_[n][r] += cut_[n][r];
    }
  }

  __device__ Pack<float, pack> at(int p, int& i, int& j) const {
    const int n = p % (cols / 8), half = p / (cols / 8);
    const int lane = static_cast<int>(threadIdx.x) % warp_size;
    i = half * 8 + lane / 4;
    j = n * 8 + lane % 4 * 2;
    return {sum_[n][2 * half], sum_[n][2 * half + 1]};
  }

 private:
  WgmmaSums cut_ = {}, sum_ = {};
};

template <class T>
__global__ void __launch_bounds__(Shape<T>::threads, 1)
    wgmma_product_kernel(ProductOutput<float> to, View<const T> a, View<const T> b, Slices slices,
                         Tiles<Shape<T>::rows, Shape<T>::cols> tiles) {
  using S = Shape<T>;
  int64_t i0, j0;
  if (!tiles.locate(blockIdx.x, i0, j0)) return;
  const int64_t first = slices.enter(blockIdx.y, a, b, to.c);

  ESP_DYNAMIC_SHARED(memory, unsigned char);
  unsigned char* const panels = memory + (-shared_address(memory) & (swizzle_bytes - 1));
  StripLoader<typename S::Left, S::threads, true, T> left(a, first, i0);
  StripLoader<typename S::Right, S::threads, true, T> right(b, first, j0);
  const auto load = [&](int stage) {
    left.load(panels + stage * S::stage_bytes);
    right.load(panels + stage * S::stage_bytes + S::Left::bytes);
    commit_copies();
  };
  const auto after = [](int stage) { return stage + 1 == S::stages ? 0 : stage + 1; };
  const int group = static_cast<int>(threadIdx.x) / warpgroup_size;
  GroupTile<T> tile;

  for (int s = 0; s < S::ahead; ++s) load(s);
  int stage = 0, free_stage = S::ahead;
  for (int64_t k = first; k < a.rows;) {
    const int64_t start = k, end = min(a.rows, start + S::stretch);
    for (; k < end; k += S::depth) {
      wait_for_copies<S::ahead - 1>();
      fence_async_proxy();
      // After this the stage is there for all, and all have released the one before the last.
      __syncthreads();
      const unsigned char* panel = panels + stage * S::stage_bytes;
      tile.begin(panel + group * S::Left::strip_bytes, panel + S::Left::bytes, k == start);
      load(free_stage);
      tile.release();
      stage = after(stage);
      free_stage = after(free_stage);
    }
    tile.gather();
  }
  wait_for_copies<0>();
  to.put(tile, i0 + threadIdx.x / warp_size * 16, j0);
}

}  // namespace

bool has_wgmma() {
  return device_attribute(cudaDevAttrComputeCapabilityMajor) == 9 &&
         device_attribute(cudaDevAttrComputeCapabilityMinor) == 0;
}

template <class T>
void wgmma_product(const ProductOutput<float>& to, View<const T> a, View<const T> b, Part part,
                   const Slices& slices, cudaStream_t stream) {
  using S = Shape<T>;
  const Tiles<S::rows, S::cols> tiles(to.c.rows, to.c.cols, part);
  const auto kernel = wgmma_product_kernel<T>;
  allow_shared<S::shared_bytes>(kernel);
  const dim3 grid(tiles.blocks(), static_cast<unsigned>(slices.count));
  ESP_LAUNCH(kernel, grid, S::threads, S::shared_bytes, stream, to, a, b, slices, tiles);
  check_launch();
}

template void wgmma_product(const ProductOutput<float>&, View<const F16>, View<const F16>, Part,
                            const Slices&, cudaStream_t);
template void wgmma_product(const ProductOutput<float>&, View<const Bf16>, View<const Bf16>, Part,
                            const Slices&, cudaStream_t);

}  // namespace espalier::cuda
