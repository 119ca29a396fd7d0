#pragma once

#include "mma.cuh"
#include "product.cuh"
#include "strips.cuh"

/**
 * The part of a^T b that a warp forms from panels of a and b, on tensor cores. A tile is written in
 * packs of neighbours in a row: `packs` of them, `pack` elements each, at(p, i, j) gives pack p and
 * its place in the tile.
 */
namespace espalier::cuda {

/** The registers of a fragment of f64. */
template <class T, int n>
struct Factor {
  T at[n];

  __device__ void set(int i, T x) { at[i] = x; }
};

/** Of f32: every element as the sum of two that tf32 holds but for its last two bits. */
template <int n>
struct Factor<float, n> {
  float high[n], low[n];

  __device__ void set(int i, float x) {
    // To nearest, not towards zero: else the product of two low parts, which is left out, would be
    // a bias.
    high[i] = __uint_as_float((__float_as_uint(x) + 0x1000U) & 0xffffe000U);
    low[i] = x - high[i];
  }
};

__device__ inline void multiply_add(double (&sum)[4], const Factor<double, 4>& a,
                                    const Factor<double, 2>& b) {
  mma(sum, a.at, b.at);
}

/** Tensor cores cut sums in f32 off: they only add up a few small terms before a rounded addition.
 */
__device__ inline void multiply_add(float (&sum)[4], const Factor<float, 4>& a,
                                    const Factor<float, 2>& b) {
  float product[4] = {};
  mma(product, a.low, b.high);
  mma(product, a.high, b.low);
  mma(product, a.high, b.high);
#pragma unroll
  for (int r = 0; r < 4; ++r) sum[r] += product[r];
}

/**
 * Of f32 or f64 operands. A lane reads whole chunks: the columns of a fragment are those that stand
 * at one place of eight chunks. Lane group g takes chunk g / 2 + g % 2 * 4, so that its reads meet
 * in no bank and a row of the result comes in runs of 64 bytes.
 */
template <class T, int tile_rows, int tile_cols, int depth>
class ChunkTile {
 public:
  static constexpr int rows = tile_rows, cols = tile_cols;
  static constexpr int pack = wide<T>;
  static constexpr int packs = rows * cols / (warp_size * pack);

  /** Adds the products of `depth` rows of panels a, from column i0 on, and b, from column j0 on. */
  __device__ void add(const unsigned char* a, int i0, const unsigned char* b, int j0) {
    a += i0 / strip * strip_bytes;
    b += j0 / strip * strip_bytes;
#pragma unroll
    for (int k = 0; k < depth; k += 8) {
      Factor<T, 2> right[right_strips][pack];
#pragma unroll
      for (int s = 0; s < right_strips; ++s) {
        T from[2][pack];
        read(b + s * strip_bytes, k, from);
#pragma unroll
        for (int e = 0; e < pack; ++e) {
          right[s][e].set(0, from[0][e]);
          right[s][e].set(1, from[1][e]);
        }
      }
#pragma unroll
      for (int s = 0; s < left_strips; ++s) {
        T from[2][pack];
        read(a + s * strip_bytes, k, from);
#pragma unroll
        for (int f = 0; f < pack / 2; ++f) {
          Factor<T, 4> left;
          left.set(0, from[0][2 * f]);
          left.set(1, from[0][2 * f + 1]);
          left.set(2, from[1][2 * f]);
          left.set(3, from[1][2 * f + 1]);
#pragma unroll
          for (int r = 0; r < right_strips; ++r) {
#pragma unroll
            for (int e = 0; e < pack; ++e) multiply_add(sum_[s][f][r][e], left, right[r][e]);
          }
        }
      }
    }
  }

  __device__ Pack<T, pack> at(int p, int& i, int& j) const {
    const int q = p % 2, r = p / 2 % right_strips, half = p / 2 / right_strips % 2;
    const int f = p / 4 / right_strips % (pack / 2), s = p / 4 / right_strips / (pack / 2);
    i = s * strip + chunk_of(group()) * pack + 2 * f + half;
    j = r * strip + (place() + 4 * q) * pack;
    Pack<T, pack> values;
#pragma unroll
    for (int e = 0; e < pack; ++e) values.at[e] = sum_[s][f][r][e][2 * half + q];
    return values;
  }

 private:
  static constexpr int strip = 8 * pack;
  static constexpr int strip_bytes = depth * 128;
  static constexpr int left_strips = rows / strip, right_strips = cols / strip;

  __device__ static int group() { return static_cast<int>(threadIdx.x) % warp_size / 4; }
  __device__ static int place() { return static_cast<int>(threadIdx.x) % 4; }
  __device__ static int chunk_of(int g) { return g / 2 + g % 2 * 4; }

  /** This lane's chunk in rows k + place and k + place + 4. */
  __device__ static void read(const unsigned char* strip_start, int k, T (&to)[2][pack]) {
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      const auto chunk = *reinterpret_cast<const Pack<T, pack>*>(
          strip_start + chunk_offset(k + place() + 4 * h, chunk_of(group())));
#pragma unroll
      for (int e = 0; e < pack; ++e) to[h][e] = chunk.at[e];
    }
  }

  // [strip of a][two columns of its chunks][strip of b][column of its chunks][register]
  T sum_[left_strips][pack / 2][right_strips][pack][4] = {};
};

/** Of f16 or bf16 operands, 64 columns of a. Tensor cores sum over `depth` rows, then f32 does. */
template <class T, int tile_rows, int tile_cols, int depth>
class PairTile {
 public:
  static constexpr int rows = tile_rows, cols = tile_cols;
  static constexpr int pack = 2;
  static constexpr int packs = rows * cols / (warp_size * pack);

  __device__ void add(const unsigned char* a, int i0, const unsigned char* b, int j0) {
    // Lane l gives ldmatrix row l % 8 of matrix l / 8; matrices 0 and 1 are neighbours in a row of
    // the panel for a, in a column for b, so that a's registers and two of b's fragments result.
    const int lane = static_cast<int>(threadIdx.x) % warp_size;
    const int row = lane % 8, lower = lane / 8 % 2, upper = lane / 16;
    uint32_t right[depth / 16][cols / 8][2];
#pragma unroll
    for (int k = 0; k < depth; k += 16) {
#pragma unroll
      for (int n = 0; n < cols; n += 16) {
        uint32_t two[4];
        load_transposed(two, b + place(k + row + 8 * lower, (j0 + n) / 8 + upper));
#pragma unroll
        for (int r = 0; r < 4; ++r) right[k / 16][n / 8 + r / 2][r % 2] = two[r];
      }
    }
#pragma unroll
    for (int m = 0; m < rows; m += 16) {
      uint32_t left[depth / 16][4];
#pragma unroll
      for (int k = 0; k < depth; k += 16) {
        load_transposed(left[k / 16], a + place(k + row + 8 * upper, (i0 + m) / 8 + lower));
      }
#pragma unroll
      for (int n = 0; n < cols / 8; ++n) {
        float product[4] = {};
#pragma unroll
        for (int k = 0; k < depth / 16; ++k) mma<T>(product, left[k], right[k][n]);
#pragma unroll
        for (int r = 0; r < 4; ++r) sum_[m / 16][n][r] += product[r];
      }
    }
  }

  __device__ Pack<float, pack> at(int p, int& i, int& j) const {
    const int n = p % (cols / 8), half = p / (cols / 8) % 2, m = p / (cols / 8) / 2;
    const int lane = static_cast<int>(threadIdx.x) % warp_size;
    i = m * 16 + half * 8 + lane / 4;
    j = n * 8 + lane % 4 * 2;
    return {sum_[m][n][2 * half], sum_[m][n][2 * half + 1]};
  }

 private:
  /** Chunk c of a panel's row k, counted through its strips. */
  __device__ static int place(int k, int c) { return c / 8 * depth * 128 + chunk_offset(k, c % 8); }

  float sum_[rows / 16][cols / 8][4] = {};
};

template <class T, int rows, int cols, int depth>
using WarpTile = std::conditional_t<sizeof(T) == 2, PairTile<T, rows, cols, depth>,
                                    ChunkTile<T, rows, cols, depth>>;

}  // namespace espalier::cuda
