#pragma once

#include "runtime.cuh"

namespace espalier::cuda {

/** Which part of the result a product is to form. */
enum class Part { all, upper };

__host__ __device__ constexpr int common_multiple(int a, int b) {
  int m = a;
  while (m % b != 0) m += a;
  return m;
}

/**
 * The tiles of a matrix that a grid forms, one a block: all of them, or those that reach the
 * diagonal or lie above it. Tiles are gathered in square cells; the triangle's rows of cells y and
 * last - y make rows of equal length, so that the cells form a rectangle either way. It is walked
 * in bands, down before across: blocks that run at the same time then share panels.
 */
template <int tile_rows, int tile_cols>
class Tiles {
 public:
  Tiles(int64_t rows, int64_t cols, Part part) : rows_(rows), cols_(cols), part_(part) {
    across_ = static_cast<int>(ceil_div(cols, cell));
    down_ = static_cast<int>(ceil_div(rows, cell));
    width_ = across_;
    height_ = down_;
    if (part == Part::upper) {
      if (down_ > across_) down_ = across_;
      width_ = 2 * across_ - down_ + 1;
      height_ = static_cast<int>(ceil_div(down_, 2));
    }
  }

  unsigned blocks() const {
    return static_cast<unsigned>(width_) * static_cast<unsigned>(height_) * per_cell;
  }

  /** The first row and column of a block's tile; false if there is nothing to form. */
  __device__ bool locate(unsigned block, int64_t& i0, int64_t& j0) const {
    const auto index = static_cast<int>(block / per_cell),
               within = static_cast<int>(block % per_cell);
    const int y0 = index / (band * width_) * band;
    const int of_band = index - y0 * width_;
    const int rows_of_band = band < height_ - y0 ? band : height_ - y0;
    int x = of_band / rows_of_band, y = y0 + of_band % rows_of_band;
    if (part_ == Part::upper) {
      if (x < across_ - y) {
        x += y;
      } else {
        const int other = down_ - 1 - y;
        if (other == y) return false;  // the middle row has no partner
        x += other - (across_ - y);
        y = other;
      }
    }
    i0 = static_cast<int64_t>(y) * cell + within / (cell / tile_cols) * tile_rows;
    j0 = static_cast<int64_t>(x) * cell + within % (cell / tile_cols) * tile_cols;
    return i0 < rows_ && j0 < cols_ && (part_ == Part::all || j0 + tile_cols > i0);
  }

 private:
  static constexpr int cell = common_multiple(tile_rows, tile_cols);
  static constexpr unsigned per_cell = (cell / tile_rows) * (cell / tile_cols);
  static constexpr int band = 1536 / cell;  // about as many columns as rows under way at a time

  int64_t rows_, cols_;
  Part part_;
  int across_, down_;   // cells of the matrix
  int width_, height_;  // cells of the rectangle
};

}  // namespace espalier::cuda
