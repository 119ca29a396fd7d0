#include "element.cuh"
#include "ops.hpp"
#include "reduce.cuh"
#include "workspace.cuh"

namespace espalier::cuda {

namespace {

constexpr int threads = 256;

template <class Bits>
__device__ int is_zero(Bits bits) {
  return static_cast<Bits>(bits << 1) == 0;  // without the sign: -0 counts
}

/** Bits is the unsigned integer of the element's width, read `count` at a time. */
template <class Bits, int count>
__global__ void __launch_bounds__(threads)
    count_zeros_kernel(View<const Bits> w, unsigned long long* zeros) {
  const int64_t packs = w.cols / count;
  const int64_t step = static_cast<int64_t>(gridDim.x) * threads;
  unsigned long long found = 0;
  for (int64_t p = static_cast<int64_t>(blockIdx.x) * threads + threadIdx.x; p < w.rows * packs;
       p += step) {
    const auto pack =
        *reinterpret_cast<const Pack<Bits, count>*>(w.row(p / packs) + p % packs * count);
#pragma unroll
    for (int k = 0; k < count; ++k) found += is_zero(pack.at[k]);
  }
  found = block_sum<threads>(found);
  if (threadIdx.x == 0) atomicAdd(zeros, found);
}

template <class Bits>
void launch(const esp_matrix& w, unsigned long long* zeros, cudaStream_t stream) {
  const View<const Bits> view = view_of<const Bits>(w);
  constexpr int64_t most_blocks = 4096;
  const bool by_packs = is_wide(w, sizeof(Bits));
  const int64_t accesses = w.rows * w.cols / (by_packs ? wide<Bits> : 1);
  const int64_t needed = ceil_div(accesses, threads);
  const auto blocks = static_cast<unsigned>(needed < most_blocks ? needed : most_blocks);
  if (by_packs) {
    ESP_LAUNCH((count_zeros_kernel<Bits, wide<Bits>>), blocks, threads, 0, stream, view, zeros);
  } else {
    ESP_LAUNCH((count_zeros_kernel<Bits, 1>), blocks, threads, 0, stream, view, zeros);
  }
  check_launch();
}

}  // namespace

size_t count_zeros_workspace(const esp_matrix& /*w*/) {
  Workspace workspace(nullptr);
  workspace.take<unsigned long long>(1);
  return workspace.used();
}

int64_t count_zeros(const esp_matrix& w, const Execution& run) {
  auto* zeros = Workspace(run.workspace).take<unsigned long long>(1);
  const cudaStream_t stream = stream_of(run.stream);
  check(cudaMemsetAsync(zeros, 0, sizeof *zeros, stream));
  if (w.dtype == ESP_F32) {
    launch<uint32_t>(w, zeros, stream);
  } else {
    launch<uint16_t>(w, zeros, stream);
  }
  return static_cast<int64_t>(fetch(zeros, stream));
}

}  // namespace espalier::cuda
