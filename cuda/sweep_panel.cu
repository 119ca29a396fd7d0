#include "sweep_panel.cuh"

#include <type_traits>

#include "panel_layout.cuh"
#include "score.cuh"

namespace espalier::cuda {

namespace {

using namespace panel;

constexpr int warp_rows = warp_size / (chunk / own);
constexpr int block_rows = warps * warp_rows;

/** w / u, given 1 / u: a product corrected by its remainder, as good as a division (Markstein,
    1990) and off the critical path but for three steps. Not finite where w / u is not. */
__device__ float quotient(float w, float u, float reciprocal) {
  const float q = __fmul_rn(w, reciprocal);
  return __fmaf_rn(__fmaf_rn(-q, u, w), reciprocal, q);
}

/** A lane's part of a row. */
struct Row {
  float w[chunks][own];  // the chunk being swept comes first
  uint32_t pruned;       // bit own * c + i for w[c][i]
};

/** The keys of a lane's slots, under way until bits() says which were chosen before the sweep. */
class Before {
 public:
  __device__ Before(const Chosen& chosen, int64_t row, int lane_slot, int cols) {
    const bool any = chosen.threshold != nullptr;
    const uint32_t* const keys = chosen.keys.row(row) + chosen.first;
#pragma unroll
    for (int c = 0; c < chunks; ++c) {
      const int slot = c * chunk + lane_slot;
      keys_[c] = {no_score, no_score, no_score, no_score};
      if (any && slot < cols) keys_[c] = *reinterpret_cast<const KeyQuad*>(keys + slot);
    }
    if (!any) return;
    threshold_ = chosen.threshold->key;
    const int64_t last = chosen.threshold->last - (row * chosen.keys.cols + chosen.first);
    last_tie_ = static_cast<int>(last < -1 ? -1 : last < slots ? last : slots);
  }

  __device__ uint32_t bits(int lane_slot) const {
    uint32_t bits = 0;
#pragma unroll
    for (int c = 0; c < chunks; ++c) {
#pragma unroll
      for (int a = 0; a < own; ++a) {
        const unsigned with_ties = c * chunk + lane_slot + a <= last_tie_ ? 1 : 0;
        if (keys_[c].at[a] < threshold_ + with_ties) bits |= 1U << (c * own + a);
      }
    }
    return bits;
  }

 private:
  using KeyQuad = Pack<uint32_t, own>;
  KeyQuad keys_[chunks];
  uint32_t threshold_ = 0;
  int last_tie_ = -1;  // ties are chosen up to this slot
};

struct NothingBefore {
  __device__ uint32_t bits(int) const { return 0; }
};

__device__ Before before(const Chosen& chosen, int64_t row, int lane_slot, int cols) {
  return {chosen, row, lane_slot, cols};
}
__device__ NothingBefore before(const Groups&, int64_t, int, int) { return {}; }

/**
 * The bits of this lane's slots that are among the `drop` smallest of their groups, ties to the
 * lower slot; the groups lie in the chunks that come first in row.w, where `first` is this lane's
 * first slot. Lanes of a row exchange keys.
 */
template <int size, bool wide>
__device__ uint32_t smallest_of_groups(const Row& row, const Triangle& u,
                                       const Layout<size, wide>& layout, int drop, int first) {
  constexpr int rounds = size <= chunk ? 1 : size / chunk;
  constexpr int lanes = size <= own ? 1 : size <= chunk ? size / own : chunk / own;
  constexpr int count = rounds * own;
  uint32_t key[count];
  int rank[count];
#pragma unroll
  for (int a = 0; a < count; ++a) {
    const int slot = first + a / own * chunk + a % own;
    const float w = row.w[a / own][a % own], d = u.diagonal[slot].u;
    const float score = __fdiv_rn(__fmul_rn(w, w), __fmul_rn(d, d));
    key[a] = layout.holds(slot) ? score_key(score) : no_score;
    rank[a] = 0;
  }
#pragma unroll
  for (int a = 0; a < count; ++a) {
#pragma unroll
    for (int b = 0; b < a; ++b) {
      if (size < own && a / size != b / size) continue;
      const bool in_order = key[b] <= key[a];
      rank[a] += in_order;
      rank[b] += !in_order;
    }
  }
#pragma unroll 1
  for (int partner = 1; partner < lanes; ++partner) {
    // Of equal keys in the same round, those of a lower lane come first.
    const unsigned before = (first / own ^ partner) % lanes < first / own % lanes ? 1 : 0;
#pragma unroll
    for (int b = 0; b < count; ++b) {
      const uint32_t other = __shfl_xor_sync(all_lanes, key[b], partner * warp_rows);
#pragma unroll
      for (int a = 0; a < count; ++a) {
        const unsigned earlier = b / own == a / own ? before : b / own < a / own ? 1 : 0;
        rank[a] += other < key[a] + earlier;
      }
    }
  }
  uint32_t bits = 0;
#pragma unroll
  for (int a = 0; a < count; ++a) {
    if (key[a] != no_score && rank[a] < drop) bits |= 1U << a;
  }
  return bits;
}

/** Chooses, before slot `s` of a chunk, in the groups that start there. */
template <int size, bool wide>
__device__ void choose(const Groups& groups, const Layout<size, wide>& layout, const Triangle& u,
                       int chunk_start, int s, int lane_slot, Row& row) {
  if (s % size != 0 || (size > chunk && chunk_start % size != 0)) return;
  uint32_t bits = smallest_of_groups(row, u, layout, groups.drop, chunk_start + lane_slot);
  if constexpr (size < own) bits &= ((1U << size) - 1) << s % own;  // the lane has other groups
  constexpr int together = size < own ? own : size < chunk ? size : chunk;
  if (lane_slot / together == s / together) row.pruned |= bits;
}
template <class Layout>
__device__ void choose(const Chosen&, const Layout&, const Triangle&, int, int, int, Row&) {}

/**
 * Four lanes sweep a row of the panel, held in registers. Within a chunk an error reaches the
 * columns to its right at once, those beyond in one go when the chunk is done.
 * @tparam Choice how weights are chosen: Chosen or Groups
 */
template <class Choice, class Layout>
__global__ void __launch_bounds__(threads, 3)
    panel_kernel(Panel panel, Layout layout, int used, Choice choice) {
  ESP_SHARED(u, Triangle);
  const int thread = static_cast<int>(threadIdx.x);
  const int lane = thread % warp_size;
  const int lane_slot = lane / warp_rows * own;
  const int64_t i = static_cast<int64_t>(blockIdx.x) * block_rows + thread / warp_size * warp_rows +
                    lane % warp_rows;
  const bool is_row = i < panel.w.rows;
  const int64_t i_or_first = is_row ? i : 0;  // lanes without a row go along with the first one
  float* const w = panel.w.row(i_or_first);
  Row row;
#pragma unroll
  for (int c = 0; c < chunks; ++c) {
    const Quad quad = layout.load(w, c * chunk + lane_slot);
#pragma unroll
    for (int a = 0; a < own; ++a) row.w[c][a] = quad.at[a];
  }
  const auto chosen = before(choice, i_or_first, lane_slot, layout.cols);
  load_triangle(panel.u, layout, used, u);
  row.pruned = chosen.bits(lane_slot);
  __syncthreads();

  double loss = 0;
#pragma unroll 1
  for (int start = 0; start < used; start += chunk) {
    const auto* tile = &u.tile[Triangle::first_tile(start / chunk)];
    float error[chunk];
    Quad own_error = {};
#pragma unroll
    for (int s = 0; s < chunk; ++s) {
      choose(choice, layout, u, start, s, lane_slot, row);
      const auto d = u.diagonal[start + s];
      const float e = quotient(row.w[0][s % own], d.u, d.reciprocal);
      const float e_or_zero = (row.pruned >> s % own & 1) != 0 ? e : 0;
      error[s] = __shfl_sync(all_lanes, e_or_zero, s / own * warp_rows + lane % warp_rows);
      if (lane_slot / own == s / own) own_error.at[s % own] = e_or_zero;
      const Quad& right = tile[0][s][lane_slot / own];
#pragma unroll
      for (int a = 0; a < own; ++a) row.w[0][a] = __fmaf_rn(-error[s], right.at[a], row.w[0][a]);
    }
    if (is_row) {
      Quad swept;
#pragma unroll
      for (int a = 0; a < own; ++a) {
        swept.at[a] = (row.pruned >> a & 1) != 0 ? 0 : row.w[0][a];
        loss += static_cast<double>(own_error.at[a]) * static_cast<double>(own_error.at[a]);
        const int slot = start + lane_slot + a;
        if (layout.holds(slot)) panel.errors.row(layout.column(slot))[i] = own_error.at[a];
      }
      layout.store(w, start + lane_slot, swept);
    }
#pragma unroll
    for (int ahead = 1; ahead < chunks; ++ahead) {
      if (start + ahead * chunk < used) {
#pragma unroll
        for (int s = 0; s < chunk; ++s) {
          const Quad& right = tile[ahead][s][lane_slot / own];
#pragma unroll
          for (int a = 0; a < own; ++a) {
            row.w[ahead][a] = __fmaf_rn(-error[s], right.at[a], row.w[ahead][a]);
          }
        }
      }
#pragma unroll
      for (int a = 0; a < own; ++a) row.w[ahead - 1][a] = row.w[ahead][a];
    }
    row.pruned >>= own;
  }

  if (panel.loss == nullptr) return;
  loss += __shfl_xor_sync(all_lanes, loss, warp_rows);
  loss += __shfl_xor_sync(all_lanes, loss, 2 * warp_rows);
  if (is_row && lane_slot == 0) {
    double* const to = panel.loss + i * panel.loss_stride;
    *to = (panel.first ? 0 : *to) + loss / 2;
  }
}

template <class Layout, class Choice>
void launch(const Panel& panel, const Layout& layout, int used, const Choice& choice,
            cudaStream_t stream) {
  const auto blocks = static_cast<unsigned>(ceil_div(panel.w.rows, block_rows));
  ESP_LAUNCH((panel_kernel<Choice, Layout>), blocks, threads, 0, stream, panel, layout,
             static_cast<int>(ceil_div(used, chunk)) * chunk, choice);
  check_launch();
}

template <int size, class Choice>
void launch(const Panel& panel, int group, const Choice& choice, cudaStream_t stream) {
  const auto cols = static_cast<int>(panel.w.cols);
  const int used = cols / group * size + cols % group;
  const auto g = static_cast<unsigned>(group), c = static_cast<unsigned>(cols);
  if (group == size && cols % own == 0 && has_wide_rows(panel.w) && has_wide_rows(panel.u)) {
    launch(panel, Layout<size, true>{g, c}, used, choice, stream);
  } else {
    launch(panel, Layout<size, false>{g, c}, used, choice, stream);
  }
}

/** Calls body(size) with the least power of two that is not below the group, as a constant. */
template <int size = 2, class Body>
void with_size(int group, const Body& body) {
  if constexpr (size < 64) {
    if (group > size) return with_size<2 * size>(group, body);
  }
  body(std::integral_constant<int, size>{});
}

}  // namespace

int panel_cols_of(int group) {
  int cols = 0;
  with_size(group, [&](auto size) { cols = slots / size * group; });
  return cols;
}

void sweep_panel(const Panel& panel, const Chosen& chosen, cudaStream_t stream) {
  launch<slots>(panel, slots, chosen, stream);
}

void sweep_panel(const Panel& panel, const Groups& groups, cudaStream_t stream) {
  with_size(groups.group, [&](auto size) { launch<size>(panel, groups.group, groups, stream); });
}

}  // namespace espalier::cuda
