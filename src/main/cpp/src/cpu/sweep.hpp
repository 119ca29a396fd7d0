#pragma once

#include "cpu/panels.hpp"
#include "cpu/smallest.hpp"
#include "cpu/threads.hpp"
#include "cpu/tile.hpp"
#include "espalier/espalier.h"

namespace espalier::cpu::ESPALIER_ISA {

/** Rows of W taken together: they lie in the lanes of vectors and are one panel of W^T. */
inline constexpr int64_t strip_rows = Panels<float>::width;
/** Strips a task handles, and errors it subtracts per pass over them: both then stay in cache. */
inline constexpr int64_t task_strips = 4;
inline constexpr int64_t pass_columns = 256;

/** Columns [begin, end) of W. */
struct Block {
  int64_t begin;
  int64_t end;

  int64_t cols() const { return end - begin; }
};

/**
 * The state of a column sweep. A column's update of the columns to its right is deferred: before a
 * block, and again before each few columns of it, tile_update subtracts what all errors so far
 * contribute. So W is read and written once, and nearly all work is one matrix product.
 */
class Sweep {
 public:
  Sweep(const esp_matrix& w, int64_t block_cols, Workspace& workspace)
      : rows_(w.rows),
        w_(static_cast<float*>(w.data)),
        w_stride_(w.row_stride),
        // An odd multiple of a cache line, so that a column's rows spread over all cache sets.
        u_stride_(padded(block_cols, 32) + 16),
        errors_(take_panels<float>(workspace, w.cols, w.rows)),
        current_(take_panels<float>(workspace, padded(block_cols, tile_rows), w.rows)),
        keys_(take_panels<int32_t>(workspace, block_cols, w.rows)),
        candidates_(take_panels<int32_t>(workspace, block_cols, w.rows)),
        found_(workspace.take<int32_t>(strips())),
        u_(workspace.take<float>(w.cols * u_stride_)) {}

  int64_t strips() const { return (rows_ + strip_rows - 1) / strip_rows; }

  /** About how many arithmetic operations a block takes. */
  int64_t operations(Block block) const {
    return rows_ * block.cols() * (2 * block.begin + block.cols() + 32);
  }

  /** Copies u[:end, begin:end], whose rows are far apart, with zeros up to whole tiles. */
  void copy_u(const esp_matrix& u, Block block) const {
    const float* from = static_cast<const float*>(u.data) + block.begin;
#pragma omp parallel for num_threads(threads_for_operations(8 * block.end * block.cols())) \
    schedule(static)
    for (int64_t k = 0; k < block.end; ++k) {
      float* to = u_ + k * u_stride_;
      std::memcpy(to, from + k * u.row_stride, static_cast<size_t>(block.cols()) * sizeof(float));
      for (int64_t j = block.cols(); j < u_stride_; ++j) to[j] = 0;
    }
  }

  /** current = w^T of these strips, less what the errors of earlier blocks take from it. */
  void gather(int64_t first, int64_t last, Block block) const {
    for (int64_t strip = first; strip < last; ++strip) {
      float* to = current_.at(0, strip * strip_rows);
      for (int64_t l = 0; l < strip_rows; ++l) {
        const int64_t row = strip * strip_rows + l;
        const float* from = w_row(row, block);
        for (int64_t j = 0; j < block.cols(); ++j) {
          to[j * strip_rows + l] = row < rows_ ? from[j] : 0.0F;
        }
      }
    }
    for (int64_t k = 0; k < block.begin; k += pass_columns) {
      const int64_t depth = least(pass_columns, block.begin - k);
      for (int64_t strip = first; strip < last; ++strip) {
        for (int64_t j = 0; j < block.cols(); j += tile_rows) {
          subtract(strip, j, tile_rows, k, depth);
        }
      }
    }
  }

  /** Keys of the scores of these strips; rows beyond the last are no candidates. */
  void score(int64_t first, int64_t last, Block block) const {
    for (int64_t strip = first; strip < last; ++strip) {
      for (int64_t j = 0; j < block.cols(); ++j) score_column(strip, j, block);
      for (int64_t row = rows_; row < (strip + 1) * strip_rows; ++row) {
        for (int64_t j = 0; j < block.cols(); ++j) *keys_.at(j, row) = no_score;
      }
    }
  }

  /** The key up to which the k smallest scores of the block are pruned. */
  int32_t cut_exactly(Block block, int64_t k) const {
    if (k == 0) return -1;
    const Cut cut = kth_smallest(keys_, block.cols(), strips(), k, candidates_, found_);
    int64_t ties = k - cut.below;
    if (ties == cut.equal) return cut.key;
    for (int64_t row = 0; row < rows_; ++row) {
      for (int64_t j = 0; j < block.cols(); ++j) {
        int32_t* key = keys_.at(j, row);
        if (*key == cut.key && ties-- <= 0) *key = no_score;
      }
    }
    return cut.key;
  }

  /** The key of the k-th smallest score of the block, k >= 1. */
  int32_t cut_with_ties(Block block, int64_t k) const {
    return kth_smallest(keys_, block.cols(), strips(), k, candidates_, found_).key;
  }

  /**
   * Sweeps the columns of one strip and writes them back.
   * @param cut  weights whose key is not greater are pruned
   * @param drop with `group` > 0: at every group of columns the keys are set anew, so that `drop`
   *             weights of it are pruned
   */
  void prune(int64_t strip, Block block, int32_t cut, int64_t group, int64_t drop) const {
    prefetch(strip, block);
    const int64_t panel = group > 0 ? padded(tile_rows, group) : tile_rows;
    for (int64_t begin = 0; begin < block.cols(); begin += panel) {
      const int64_t end = least(begin + panel, block.cols());
      for (int64_t j = begin; j < end; j += tile_rows) {
        subtract(strip, j, least<int64_t>(tile_rows, end - j), block.begin, begin);
      }
      for (int64_t j = begin; j < end; ++j) {
        if (group > 0 && j % group == 0) choose(strip, j, block, group, drop);
        prune_column(strip, j, end, block, cut);
      }
    }
    scatter(strip, block);
  }

  /** Adds the block's errors to the loss of a strip. */
  void add_loss(int64_t strip, Block block, const esp_matrix& loss) const {
    double sum[strip_rows] = {};
    for (int64_t k = block.begin; k < block.end; ++k) {
      const float* error = errors_.at(k, strip * strip_rows);
      for (int64_t l = 0; l < strip_rows; ++l) {
        sum[l] += static_cast<double>(error[l]) * static_cast<double>(error[l]);
      }
    }
    for (int64_t row = strip * strip_rows; row < end_row(strip); ++row) {
      double* total = static_cast<double*>(loss.data) + row * loss.row_stride;
      *total = (block.begin == 0 ? 0 : *total) + sum[row % strip_rows] / 2;
    }
  }

 private:
  int64_t end_row(int64_t strip) const { return least((strip + 1) * strip_rows, rows_); }

  float* w_row(int64_t row, Block block) const { return w_ + row * w_stride_ + block.begin; }

  /** Asks for the rows of w that scatter will write: they are far apart. */
  void prefetch(int64_t strip, Block block) const {
    constexpr int64_t cache_line = 64 / sizeof(float);
    for (int64_t row = strip * strip_rows; row < end_row(strip); ++row) {
      for (int64_t j = 0; j < block.cols(); j += cache_line) {
        __builtin_prefetch(w_row(row, block) + j, 1, 2);
      }
    }
  }

  /** Writes the columns of one strip back to w. */
  void scatter(int64_t strip, Block block) const {
    for (int64_t row = strip * strip_rows; row < end_row(strip); ++row) {
      const float* from = current_.at(0, row);
      float* to = w_row(row, block);
      for (int64_t j = 0; j < block.cols(); ++j) to[j] = from[j * strip_rows];
    }
  }

  /** current[j:j+cols] -= u[k:k+depth, j:j+cols]^T errors[k:k+depth], at most a tile of columns. */
  void subtract(int64_t strip, int64_t j, int64_t cols, int64_t k, int64_t depth) const {
    float* to = current_.at(j, strip * strip_rows);
    const float* coefficients = u_ + k * u_stride_ + j;
    const float* errors = errors_.at(k, strip * strip_rows);
    if (cols == tile_rows) {
      tile_update(to, strip_rows, coefficients, u_stride_, errors, strip_rows, depth, -1.0F);
    } else {
      tile_update_part(to, strip_rows, coefficients, u_stride_, errors, strip_rows, depth, -1.0F,
                       cols, strip_rows);
    }
  }

  /** Row `block.begin + j` of u, from column begin + j on. */
  const float* u_row(int64_t j, Block block) const {
    return u_ + (block.begin + j) * u_stride_ + j;
  }

  void score_column(int64_t strip, int64_t j, Block block) const {
    const float diagonal = *u_row(j, block);
    const float* w = current_.at(j, strip * strip_rows);
    int32_t* keys = keys_.at(j, strip * strip_rows);
    for (int64_t l = 0; l < strip_rows; l += Simd<float>::lanes) {
      store(keys + l, score_keys(load(w + l), diagonal));
    }
  }

  /** Chooses the `drop` smallest of the columns [j, j + group): their keys become 0, others 1. */
  void choose(int64_t strip, int64_t j, Block block, int64_t group, int64_t drop) const {
    for (int64_t a = j; a < j + group; ++a) score_column(strip, a, block);
    for (int64_t l = 0; l < strip_rows; l += Simd<float>::lanes) {
      Keys score[64];
      for (int64_t a = 0; a < group; ++a) {
        score[a] = load(keys_.at(j + a, strip * strip_rows) + l);
      }
      for (int64_t a = 0; a < group; ++a) {
        Keys rank = {};  // comparisons are -1 where true
        for (int64_t b = 0; b < a; ++b) rank -= score[b] <= score[a];
        for (int64_t b = a + 1; b < group; ++b) rank -= score[b] < score[a];
        store(keys_.at(j + a, strip * strip_rows) + l,
              rank < static_cast<int32_t>(drop) ? Keys{} : Keys{} + 1);
      }
    }
  }

  /** Prunes column j and takes its errors from the columns up to `end`. */
  void prune_column(int64_t strip, int64_t j, int64_t end, Block block, int32_t cut) const {
    const float* u = u_row(j, block);
    float* column = current_.at(j, strip * strip_rows);
    const int32_t* keys = keys_.at(j, strip * strip_rows);
    float* errors = errors_.at(block.begin + j, strip * strip_rows);
    for (int64_t l = 0; l < strip_rows; l += Simd<float>::lanes) {
      const Vector<float> w = load(column + l);
      const Vector<float> zero = {};
      const auto pruned = load(keys + l) <= cut;
      const Vector<float> error = (pruned ? w : zero) / u[0];
      store(column + l, pruned ? zero : w);
      store(errors + l, error);
      for (int64_t right = 1; right < end - j; ++right) {
        float* target = column + right * strip_rows + l;
        store(target, load(target) - u[right] * error);
      }
    }
  }

  int64_t rows_;
  float* w_;
  int64_t w_stride_;
  int64_t u_stride_;
  Panels<float> errors_;        ///< [columns, rows]
  Panels<float> current_;       ///< [columns of a block, rows]
  Panels<int32_t> keys_;        ///< [columns of a block, rows]
  Panels<int32_t> candidates_;  ///< for kth_smallest, as found_
  int32_t* found_;
  float* u_;  ///< [columns, u_stride_]
};

}  // namespace espalier::cpu::ESPALIER_ISA
