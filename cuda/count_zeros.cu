#include "element.cuh"
#include "kernels.hpp"
#include "reduce.cuh"
#include "workspace.cuh"

namespace espalier::cuda {

namespace {

constexpr int threads = 256;
constexpr int batch = 4;  // accesses of a thread under way together

template <class Bits>
__device__ uint32_t is_zero(Bits bits) {
  return static_cast<Bits>(bits << 1) == 0 ? 1 : 0;  // without the sign: -0 counts
}

/** Bits is the unsigned integer of the element's width, read `access` at a time. */
template <class Bits, int access>
__global__ void __launch_bounds__(threads)
    count_zeros_kernel(View<const Bits> w, unsigned long long* zeros) {
  const int64_t packs = w.cols / access;
  const int64_t step = static_cast<int64_t>(gridDim.x) * threads * batch;
  uint32_t found = 0;  // the grid grows with the matrix: enough for 2^50 elements
  for (int64_t row = blockIdx.y; row < w.rows; row += gridDim.y) {
    const auto* from = reinterpret_cast<const Pack<Bits, access>*>(w.row(row));
    for (int64_t p = static_cast<int64_t>(blockIdx.x) * threads * batch + threadIdx.x; p < packs;
         p += step) {
      Pack<Bits, access> got[batch];
#pragma unroll
      for (int b = 0; b < batch; ++b) {
        if (p + b * threads < packs) {
          got[b] = from[p + b * threads];
        } else {
          for (Bits& bits : got[b].at) bits = 1;
        }
      }
#pragma unroll
      for (int b = 0; b < batch; ++b) {
#pragma unroll
        for (int k = 0; k < access; ++k) found += is_zero(got[b].at[k]);
      }
    }
  }
  const auto sum = block_sum<threads>(static_cast<unsigned long long>(found));
  if (threadIdx.x == 0) atomicAdd(zeros, sum);
}

template <class Bits, int access>
void launch(View<const Bits> w, unsigned long long* zeros, cudaStream_t stream) {
  constexpr int64_t most_blocks = 4096;
  const int64_t across = ceil_div(w.cols, threads * batch * access);
  const unsigned x = static_cast<unsigned>(across < most_blocks ? across : most_blocks);
  const int64_t down = most_blocks / x;
  const unsigned y = static_cast<unsigned>(down < w.rows ? down : w.rows);
  ESP_LAUNCH((count_zeros_kernel<Bits, access>), dim3(x, y), threads, 0, stream, w, zeros);
  check_launch();
}

template <class Bits>
void count(esp_matrix w, unsigned long long* zeros, cudaStream_t stream) {
  if (w.row_stride == w.cols) w = {w.data, 1, w.rows * w.cols, w.rows * w.cols, w.dtype, w.device};
  if (is_wide(w, sizeof(Bits))) {
    launch<Bits, wide<Bits>>(view_of<const Bits>(w), zeros, stream);
  } else {
    launch<Bits, 1>(view_of<const Bits>(w), zeros, stream);
  }
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
    count<uint32_t>(w, zeros, stream);
  } else {
    count<uint16_t>(w, zeros, stream);
  }
  return static_cast<int64_t>(fetch(zeros, stream));
}

}  // namespace espalier::cuda
