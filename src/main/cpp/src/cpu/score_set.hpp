#pragma once

#include "cpu/scores.hpp"
#include "cpu/threads.hpp"

namespace espalier::cpu::ESPALIER_ISA {
namespace {

/** Rows begin .. end - 1 of one matrix: a unit of work. */
struct RowBlock {
  int matrix;
  int64_t begin, end;
};

/**
 * The scores of several matrices taken together, cut into blocks of rows. The cuts depend on shapes
 * alone: what is summed block by block does not depend on the number of threads.
 */
class ScoreSet {
 public:
  ScoreSet(const esp_matrix* weights, const esp_matrix* scales, int matrices)
      : weights_(weights), scales_(scales), matrices_(matrices) {}

  int matrices() const { return matrices_; }

  int64_t size() const {
    int64_t n = 0;
    for (int m = 0; m < matrices_; ++m) n += weights_[m].rows * weights_[m].cols;
    return n;
  }

  int64_t block_count() const {
    int64_t n = 0;
    for (int m = 0; m < matrices_; ++m) n += blocks_of(weights_[m]);
    return n;
  }

  RowBlock block(int64_t b) const {
    int m = 0;
    for (; b >= blocks_of(weights_[m]); ++m) b -= blocks_of(weights_[m]);
    const int64_t begin = b * rows_per_block(weights_[m]);
    const int64_t end = begin + rows_per_block(weights_[m]);
    return {m, begin, end < weights_[m].rows ? end : weights_[m].rows};
  }

  /** Calls visitor.reserve(n), then visitor(keys) or visitor(keys, valid) for each n keys or fewer.
   */
  template <class Visitor>
  void visit(RowBlock block, Visitor& visitor) const {
    const esp_matrix& w = weights_[block.matrix];
    with_score_type(w, scale(block.matrix), [&](auto type) {
      using Type = decltype(type);
      Visitor local = visitor;  // nothing else points to it: it can stay in registers
      for (int64_t i = block.begin; i < block.end; ++i) {
        const auto* row = static_cast<const typename Type::T*>(w.data) + i * w.row_stride;
        visit_row<typename Type::T, Type::scaled>({row, scale(block.matrix)}, w.cols, local);
      }
      visitor = local;
    });
  }

  /** Writes about `wanted` keys, at most that and lanes for each matrix; returns how many. */
  int64_t sample(int64_t wanted, int32_t* keys) const {
    const int64_t n = size();
    int64_t taken = 0;
    for (int m = 0; m < matrices_; ++m) {
      const esp_matrix& w = weights_[m];
      const double share = static_cast<double>(w.rows * w.cols) / static_cast<double>(n);
      const int64_t width = w.cols < lanes ? w.cols : lanes;
      const int64_t vectors = 1 + static_cast<int64_t>(share * static_cast<double>(wanted / lanes));
      with_score_type(w, scale(m), [&](auto type) {
        using Type = decltype(type);
        for (int64_t v = 0; v < vectors; ++v) {
          // Rows evenly, columns by the golden ratio, so that no stripe of either is missed.
          const int64_t i = v * w.rows / vectors;
          const uint32_t turn = static_cast<uint32_t>(v) * 2654435769U;
          const int64_t j =
              static_cast<int64_t>(static_cast<double>(w.cols - width + 1) * turn * 0x1p-32);
          const auto* row = static_cast<const typename Type::T*>(w.data) + i * w.row_stride;
          const ScoreRow<typename Type::T, Type::scaled> scores = {row, scale(m)};
          store(keys + taken, width == lanes ? scores.keys(j) : scores.keys(j, width));
          taken += width;
        }
      });
    }
    return taken;
  }

  /** Slices for a pass: no more than threads, and each long enough to be like the others. */
  int slice_count() const {
    const int64_t useful = 1 + size() / (4 * 65536);
    const int64_t slices = num_threads() < max_slices ? num_threads() : max_slices;
    return static_cast<int>(slices < useful ? slices : useful);
  }
  static constexpr int max_slices = 256;

  /** Calls body(b, slice) for every block; a slice's blocks b = slice, slice + slices, ... in
   * order. */
  template <class Body>
  void for_each_block(int slices, const Body& body) const {
    const int64_t blocks = block_count();
#pragma omp parallel for num_threads(slices) schedule(static, 1)
    for (int slice = 0; slice < slices; ++slice) {
      for (int64_t b = slice; b < blocks; b += slices) body(b, slice);
    }
  }

 private:
  static int64_t rows_per_block(const esp_matrix& w) {
    constexpr int64_t elements = 65536;
    return w.cols < elements ? elements / w.cols : 1;
  }
  static int64_t blocks_of(const esp_matrix& w) {
    return (w.rows + rows_per_block(w) - 1) / rows_per_block(w);
  }
  const float* scale(int m) const {
    return scales_ != nullptr ? static_cast<const float*>(scales_[m].data) : nullptr;
  }

  template <class T, bool Scaled, class Visitor>
  static void visit_row(ScoreRow<T, Scaled> row, int64_t cols, Visitor& visitor) {
    constexpr int64_t stretch = 1024;
    for (int64_t begin = 0; begin < cols; begin += stretch) {
      const int64_t end = begin + stretch < cols ? begin + stretch : cols;
      visitor.reserve(end - begin);
      int64_t j = begin;
      for (; j + lanes <= end; j += lanes) visitor(row.keys(j));
      if (j < end) visitor(row.keys(j, end - j), first(end - j));
    }
  }

  const esp_matrix* weights_;
  const esp_matrix* scales_;
  int matrices_;
};

}  // namespace
}  // namespace espalier::cpu::ESPALIER_ISA
