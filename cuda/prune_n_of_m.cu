#include "element.cuh"
#include "kernels.hpp"
#include "score.cuh"

namespace espalier::cuda {

namespace {

constexpr int threads = 256;

/** The part of Batcher's odd-even merge sort that compares keys at `distance`, while sorted runs of
    `run` keys are merged by two, and all parts after it. */
template <int run, int distance, int size>
__device__ void merge(uint32_t (&keys)[size]) {
#pragma unroll
  for (int i = 0; i < size - distance; ++i) {
    const int from = i - distance % run;
    if (from >= 0 && from / distance % 2 == 0 && i / (2 * run) == (i + distance) / (2 * run)) {
      const uint32_t a = keys[i], b = keys[i + distance];
      keys[i] = a < b ? a : b;
      keys[i + distance] = a < b ? b : a;
    }
  }
  if constexpr (distance > 1) {
    merge<run, distance / 2>(keys);
  } else if constexpr (2 * run < size) {
    merge<2 * run, 2 * run>(keys);
  }
}

/** The `prune`-th smallest key of a group. Of the keys equal to it, those that are to stay, being
   the later ones, are raised by one: what is pruned is then whatever is not above the cut. */
template <int size>
__device__ uint32_t cut_off(uint32_t (&keys)[size], int prune) {
  uint32_t sorted[size];
#pragma unroll
  for (int k = 0; k < size; ++k) sorted[k] = keys[k];
  merge<1, 1>(sorted);
  uint32_t cut = sorted[0], above = sorted[1];
#pragma unroll
  for (int k = 1; k < size - 1; ++k) {
    cut = k < prune ? sorted[k] : cut;
    above = k < prune ? sorted[k + 1] : above;
  }
  if (above == cut) {
    int equal = prune;
#pragma unroll
    for (int k = 0; k < size; ++k) equal -= sorted[k] < cut ? 1 : 0;
#pragma unroll
    for (int k = 0; k < size; ++k) {
      if (keys[k] == cut && equal-- <= 0) keys[k] = cut + 1;
    }
  }
  return cut;
}

/**
 * A thread owns one group of at most `size` weights, or, where these are smaller, the groups of
 * `size` in one access of `access` weights. Groups are ranked in registers: a sorting network has
 * far fewer steps than a comparison of all pairs, and finds the k-th of any k.
 */
template <class T, int size, int access>
__global__ void __launch_bounds__(threads, size < 64 ? 2 : 1)
    prune_n_of_m_kernel(View<T> w, const float* s, int group, int prune) {
  constexpr bool many = size <= access;  // groups in an access, each of `size`
  constexpr int unit = many ? access : size;
  constexpr int bytes = unit * static_cast<int>(sizeof(T));
  constexpr int batch = bytes < 64 ? 64 / bytes : 1;  // rows at a time: reads under way together
  constexpr bool keeps_scales = unit <= 16;           // more would not fit into the registers
  constexpr uint32_t padding = ~0U;

  const int width = many ? unit : group;
  const int64_t column = (static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) * width;
  if (column >= w.cols) return;
  // Of the unit's columns the first `width` exist: a whole number of accesses.
  const auto exists = [&](int k) { return many || k / access * access < group; };
  const auto scale_of = [&](int k) { return s != nullptr && exists(k) ? s[column + k] : 1.0F; };
  float scales[keeps_scales ? unit : 1];
  if constexpr (keeps_scales) {
#pragma unroll
    for (int k = 0; k < unit; ++k) scales[k] = scale_of(k);
  }

  const int64_t first_row = static_cast<int64_t>(blockIdx.y) * blockDim.y + threadIdx.y;
  const int64_t step = static_cast<int64_t>(gridDim.y) * blockDim.y;
  T* at = w.row(first_row) + column;
  for (int64_t row = first_row; row < w.rows; row += batch * step, at += batch * step * w.stride) {
    Pack<T, access> packs[batch][unit / access] = {};
#pragma unroll
    for (int b = 0; b < batch; ++b) {
      const auto* from = reinterpret_cast<const Pack<T, access>*>(at + b * step * w.stride);
#pragma unroll
      for (int p = 0; p < unit / access; ++p) {
        if (row + b * step < w.rows && exists(p * access)) packs[b][p] = from[p];
      }
    }
#pragma unroll
    for (int b = 0; b < batch; ++b) {
      T* const to = at + b * step * w.stride;
      const bool inside = row + b * step < w.rows;
#pragma unroll
      for (int first = 0; first < unit; first += size) {
        uint32_t keys[size];
#pragma unroll
        for (int k = 0; k < size; ++k) {
          const int j = first + k;
          float scale;
          if constexpr (keeps_scales) {
            scale = scales[j];
          } else {
            scale = scale_of(j);
          }
          const float weight = to_f32(packs[b][j / access].at[j % access]);
          keys[k] = exists(j) ? score_key(score(weight, scale)) : padding;
        }
        const uint32_t cut = cut_off(keys, prune);
#pragma unroll
        for (int k = 0; k < size; ++k) {
          const int j = first + k;
          if (keys[k] > cut) continue;
          if constexpr (access > 1) {
            packs[b][j / access].at[j % access] = T{};
          } else {
            if (inside) to[j] = T{};
          }
        }
      }
      if constexpr (access > 1) {
#pragma unroll
        for (int p = 0; p < unit / access; ++p) {
          if (inside && exists(p * access)) reinterpret_cast<Pack<T, access>*>(to)[p] = packs[b][p];
        }
      }
    }
  }
}

template <class T, int size, int access>
void launch(const esp_matrix& w, const float* s, int group, int prune, cudaStream_t stream) {
  const int64_t units = w.cols / (size <= access ? access : group);
  // Threads stand side by side as far as there are units, the others in rows below them.
  unsigned across = 1;
  while (across < units && across < threads) across *= 2;
  const dim3 block(across, threads / across);
  constexpr int64_t rows_each = 8;  // so that scales are read once for several rows
  const int64_t down = ceil_div(w.rows, rows_each * block.y);
  constexpr int64_t most_down = 65535;
  const dim3 grid(static_cast<unsigned>(ceil_div(units, across)),
                  static_cast<unsigned>(down < most_down ? down : most_down));
  ESP_LAUNCH((prune_n_of_m_kernel<T, size, access>), grid, block, 0, stream, view_of<T>(w), s,
             group, prune);
  check_launch();
}

/** `size` is the least power of two that holds a group. */
template <class T, int size>
void prune_groups(const esp_matrix& w, const float* s, int group, int prune, cudaStream_t stream) {
  const bool whole = group <= wide<T> ? group == size : group % wide<T> == 0;
  if (whole && is_wide(w, sizeof(T))) {
    launch<T, size, wide<T>>(w, s, group, prune, stream);
  } else {
    launch<T, size, 1>(w, s, group, prune, stream);
  }
}

}  // namespace

void prune_n_of_m(const esp_matrix& w, const float* s, int keep, int group, const Execution& run) {
  const int prune = group - keep;
  const cudaStream_t stream = stream_of(run.stream);
  with_element(w.dtype, [&](auto element) {
    using T = decltype(element);
    if (group <= 2) return prune_groups<T, 2>(w, s, group, prune, stream);
    if (group <= 4) return prune_groups<T, 4>(w, s, group, prune, stream);
    if (group <= 8) return prune_groups<T, 8>(w, s, group, prune, stream);
    if (group <= 16) return prune_groups<T, 16>(w, s, group, prune, stream);
    if (group <= 32) return prune_groups<T, 32>(w, s, group, prune, stream);
    return prune_groups<T, 64>(w, s, group, prune, stream);
  });
}

}  // namespace espalier::cuda
