#pragma once

#include "cpu/vectors.hpp"
#include "cpu/workspace.hpp"

/** Matrix storage that tile_update reads in place. */
namespace espalier::cpu::ESPALIER_ISA {

/**
 * A matrix stored as panels of Simd<T>::width columns, each panel row-major and contiguous. Its
 * column count is padded to whole panels.
 */
template <class T>
struct Panels {
  static constexpr int64_t width = Simd<T>::width;

  T* data;
  int64_t rows;

  /** Element (i, j). The rest of its row in the panel follows it; row i + 1 is `width` further. */
  T* at(int64_t i, int64_t j) const { return data + (j / width * rows + i) * width + j % width; }
};

/** Takes room for a matrix from a workspace. */
template <class T>
Panels<T> take_panels(Workspace& workspace, int64_t rows, int64_t cols) {
  return {workspace.take<T>(rows * padded(cols, Panels<T>::width)), rows};
}

}  // namespace espalier::cpu::ESPALIER_ISA
