#include "sweep_panel.cuh"

#include <type_traits>

#include "score.cuh"

// Four lanes share a row of the panel. Of every 16 slots of it, taken together, each lane holds 4.
// A slot is a column or empty: an N:M group starts at a multiple of the power of two that its size
// is rounded up to, so that groups of every size lie alike. Within these 16 an error reaches the
// columns to its right at once, those beyond in one go when the 16 are done.
namespace espalier::cuda {

namespace {

constexpr int slots = panel_cols;
constexpr int chunk = 16;
constexpr int own = 4;  // slots of a chunk, in a lane
constexpr int chunks = slots / chunk;
constexpr int threads = 128;
constexpr int warps = threads / warp_size;
constexpr int warp_rows = warp_size / (chunk / own);
constexpr int block_rows = warps * warp_rows;

/** The key of an empty slot, above every score's. */
constexpr uint32_t no_score = 0x7FFFFFFF;

using Quad = Pack<float, own>;

/**
 * A panel of groups of `group` <= size columns, each in `size` slots. Where it is wide, no slot
 * between columns is empty and four of them are accessed at a time.
 */
template <int size, bool wide>
struct Layout {
  unsigned group;
  unsigned cols;

  __device__ unsigned column(unsigned slot) const {
    return wide ? slot : slot / size * group + slot % size;
  }
  __device__ bool holds(unsigned slot) const {
    return (wide || slot % size < group) && column(slot) < cols;
  }

  __device__ Quad load(const float* row, unsigned slot) const {
    Quad quad = {};
    if constexpr (wide) {
      if (holds(slot)) quad = *reinterpret_cast<const Quad*>(row + slot);
    } else {
#pragma unroll
      for (int a = 0; a < own; ++a) {
        if (holds(slot + a)) quad.at[a] = row[column(slot + a)];
      }
    }
    return quad;
  }

  __device__ void store(float* row, unsigned slot, const Quad& quad) const {
    if constexpr (wide) {
      if (holds(slot)) *reinterpret_cast<Quad*>(row + slot) = quad;
    } else {
#pragma unroll
      for (int a = 0; a < own; ++a) {
        if (holds(slot + a)) row[column(slot + a)] = quad.at[a];
      }
    }
  }
};

/** What a sweep needs of U. */
struct Triangle {
  /** Elements right of the diagonal, in tiles of 16 x 16; zeros left of it and in empty slots. */
  Quad tile[chunks * (chunks + 1) / 2][chunk][chunk / own];
  struct {
    float u, reciprocal;
  } diagonal[slots];

  /** The tile on the diagonal; those to its right follow it. */
  __device__ static int first_tile(int row) { return chunks * row - row * (row - 1) / 2; }
};

template <class Layout>
__device__ void load_triangle(View<const float> u, const Layout& layout, int used, Triangle& to) {
  const int thread = static_cast<int>(threadIdx.x);
  const int right = thread % warp_size * own;
#pragma unroll 8
  for (int slot = thread / warp_size; slot < used; slot += warps) {
    const int row = slot / chunk;
    if (right < row * chunk) continue;
    Quad quad = {};
    if (layout.holds(slot)) quad = layout.load(u.row(layout.column(slot)), right);
#pragma unroll
    for (int a = 0; a < own; ++a) quad.at[a] = right + a > slot ? quad.at[a] : 0;
    const int tile = Triangle::first_tile(row) + right / chunk - row;
    to.tile[tile][slot % chunk][right % chunk / own] = quad;
  }
  static_assert(slots == threads && slots == warp_size * own);
  const unsigned column = layout.column(thread);
  const float d = layout.holds(thread) ? u.row(column)[column] : 0;
  to.diagonal[thread] = {d, __fdiv_rn(1, d)};
}

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

/** The bits of a lane's slots that were chosen before the sweep. */
__device__ uint32_t chosen_before(const Chosen& chosen, int64_t row, int lane_slot, unsigned cols) {
  if (chosen.threshold == nullptr) return 0;
  const Threshold threshold = *chosen.threshold;
  // Ties are chosen up to this column.
  const int64_t last = threshold.last - (row * chosen.keys.cols + chosen.first);
  const int last_tie = static_cast<int>(last < -1 ? -1 : last < slots ? last : slots);
  const uint32_t* const keys = chosen.keys.row(row) + chosen.first;
  uint32_t bits = 0;
#pragma unroll
  for (int c = 0; c < chunks; ++c) {
    const unsigned slot = c * chunk + lane_slot;
    if (slot >= cols) continue;
    const auto quad = *reinterpret_cast<const Pack<uint32_t, own>*>(keys + slot);
#pragma unroll
    for (int a = 0; a < own; ++a) {
      const unsigned up_to_key = static_cast<int>(slot + a) <= last_tie ? 1 : 0;
      if (slot + a < cols && quad.at[a] < threshold.key + up_to_key) bits |= 1U << (c * own + a);
    }
  }
  return bits;
}
__device__ uint32_t chosen_before(const Groups&, int64_t, int, unsigned) { return 0; }

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

/** Choice is how weights are chosen: Chosen or Groups. */
template <class Choice, class Layout>
__global__ void __launch_bounds__(threads)
    panel_kernel(Panel panel, Layout layout, int used, Choice choice) {
  ESP_SHARED(u, Triangle);
  const int thread = static_cast<int>(threadIdx.x);
  const int lane = thread % warp_size;
  const int lane_slot = lane / warp_rows * own;
  const int64_t i = static_cast<int64_t>(blockIdx.x) * block_rows + thread / warp_size * warp_rows +
                    lane % warp_rows;
  const bool is_row = i < panel.w.rows;
  float* const w = panel.w.row(is_row ? i : 0);
  Row row = {};
  if (is_row) {
#pragma unroll
    for (int c = 0; c < chunks; ++c) {
      const Quad quad = layout.load(w, c * chunk + lane_slot);
#pragma unroll
      for (int a = 0; a < own; ++a) row.w[c][a] = quad.at[a];
    }
    row.pruned = chosen_before(choice, i, lane_slot, layout.cols);
  }
  load_triangle(panel.u, layout, used, u);
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
