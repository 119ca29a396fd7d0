#pragma once

#include "cpu/vectors.hpp"

/** Matrix storage that tile_update reads in place, and the workspace it is cut from. */
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

/** Cuts a workspace into arrays. Without a workspace it only counts the bytes. */
class Scratch {
 public:
  explicit Scratch(void* workspace) : base_(static_cast<char*>(workspace)) {}

  template <class T>
  T* take(int64_t count) {
    T* start = base_ == nullptr ? nullptr : reinterpret_cast<T*>(base_ + used_);
    used_ += static_cast<size_t>(padded(count * static_cast<int64_t>(sizeof(T)), 64));
    return start;
  }

  template <class T>
  Panels<T> take_panels(int64_t rows, int64_t cols) {
    return {take<T>(rows * padded(cols, Simd<T>::width)), rows};
  }

  size_t used() const { return used_; }

 private:
  char* base_;
  size_t used_ = 0;
};

}  // namespace espalier::cpu::ESPALIER_ISA
