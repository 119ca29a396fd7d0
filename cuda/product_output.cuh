#pragma once

#include "element.cuh"

namespace espalier::cuda {

/** What products are put into: c = alpha * product, or c += alpha * product. */
template <class T>
struct ProductOutput {
  View<T> c;
  T alpha;
  bool add;
  bool aligned;  // whether rows of c start at multiples of the packs that are written

  /** Puts a tile whose first element is (i0, j0), as far as c goes. */
  template <class Tile>
  __device__ void put(const Tile& tile, int64_t i0, int64_t j0) const {
    if (aligned && i0 + Tile::rows <= c.rows && j0 + Tile::cols <= c.cols) {
      put_packs<true>(tile, i0, j0);
    } else {
      put_packs<false>(tile, i0, j0);
    }
  }

 private:
  /** Many packs are read before the first is written: a read takes long. More than 64 bytes of a
   * thread spill. */
  template <bool inside, class Tile>
  __device__ void put_packs(const Tile& tile, int64_t i0, int64_t j0) const {
    constexpr int n = Tile::pack;
    constexpr int at_once = 64 / (n * static_cast<int>(sizeof(T)));
    static_assert(Tile::packs % at_once == 0);
#pragma unroll
    for (int p0 = 0; p0 < Tile::packs; p0 += at_once) {
      Pack<T, n> sums[at_once];
#pragma unroll
      for (int p = 0; p < at_once; ++p) {
        int i, j;
        tile.at(p0 + p, i, j);
        sums[p] = add ? read<inside, n>(i0 + i, j0 + j) : Pack<T, n>{};
      }
#pragma unroll
      for (int p = 0; p < at_once; ++p) {
        int i, j;
        const Pack<T, n> product = tile.at(p0 + p, i, j);
#pragma unroll
        for (int e = 0; e < n; ++e) sums[p].at[e] += alpha * product.at[e];
        write<inside>(i0 + i, j0 + j, sums[p]);
      }
    }
  }

  template <bool inside, int n>
  __device__ Pack<T, n> read(int64_t i, int64_t j) const {
    const T* from = c.row(i) + j;
    if constexpr (inside) return *reinterpret_cast<const Pack<T, n>*>(from);
    Pack<T, n> pack = {};
#pragma unroll
    for (int e = 0; e < n; ++e) {
      if (i < c.rows && j + e < c.cols) pack.at[e] = from[e];
    }
    return pack;
  }

  template <bool inside, int n>
  __device__ void write(int64_t i, int64_t j, const Pack<T, n>& pack) const {
    T* to = c.row(i) + j;
    if constexpr (inside) {
      *reinterpret_cast<Pack<T, n>*>(to) = pack;
    } else {
#pragma unroll
      for (int e = 0; e < n; ++e) {
        if (i < c.rows && j + e < c.cols) to[e] = pack.at[e];
      }
    }
  }
};

}  // namespace espalier::cuda
