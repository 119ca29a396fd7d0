#pragma once

#include "sweep_panel.cuh"

/**
 * How the columns of a panel, and what a sweep needs of U, lie in a thread block. A row of the
 * panel has 128 slots, taken 16 at a time; of these each of four lanes holds 4. A slot is a column
 * or empty: an N:M group starts at a multiple of the power of two that its size is rounded up to,
 * so that groups of every size lie alike.
 */
namespace espalier::cuda::panel {

inline constexpr int slots = panel_cols;
inline constexpr int chunk = 16;
inline constexpr int own = 4;  // slots of a chunk, in a lane
inline constexpr int chunks = slots / chunk;
inline constexpr int threads = 128;
inline constexpr int warps = threads / warp_size;

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
  constexpr int batch = 8;  // loads under way
  const int thread = static_cast<int>(threadIdx.x);
  const int right = thread % warp_size * own;
  static_assert(slots == threads && slots == warp_size * own);
  const unsigned column = layout.column(thread);
  const float d = layout.holds(thread) ? u.row(column)[column] : 0;
  for (int first = thread / warp_size; first < used; first += batch * warps) {
    Quad quad[batch];
#pragma unroll
    for (int b = 0; b < batch; ++b) {
      const int slot = first + b * warps;
      quad[b] = {};
      if (right + own > slot && layout.holds(slot)) {
        quad[b] = layout.load(u.row(layout.column(slot)), right);
      }
    }
#pragma unroll
    for (int b = 0; b < batch; ++b) {
      const int slot = first + b * warps;
      const int row = slot / chunk;
      const int ahead = right / chunk - row;
#pragma unroll
      for (int a = 0; a < own; ++a) quad[b].at[a] = right + a > slot ? quad[b].at[a] : 0;
      if (ahead < 0 || slot >= used) continue;
      to.tile[Triangle::first_tile(row) + ahead][slot % chunk][right % chunk / own] = quad[b];
    }
  }
  to.diagonal[thread] = {d, __fdiv_rn(1, d)};
}

}  // namespace espalier::cuda::panel
