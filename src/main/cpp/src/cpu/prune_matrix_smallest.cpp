#include "cpu/bracket.hpp"
#include "kernels.hpp"

namespace espalier::cpu::ESPALIER_ISA {

namespace {

struct MatrixScratch {
  BracketMemory memory;
  Collector* collectors;
  int64_t* kept;    // of each block, how many keys were collected
  int64_t* equals;  // of each block, how many keys equal the threshold

  MatrixScratch(const ScoreSet& set, Workspace& workspace)
      : memory(set, workspace),
        collectors(workspace.take<Collector>(ScoreSet::max_slices)),
        kept(workspace.take<int64_t>(set.block_count())),
        equals(workspace.take<int64_t>(set.block_count())) {}
};

/** In row-major order, where the threshold's own keys stop being pruned. */
struct Cut {
  int64_t row, col;
};

/** Finds each block's keys equal to the threshold among the collected ones, slice after slice. */
void count_equals(const Collection& kept, int64_t blocks, int slices, int32_t value,
                  MatrixScratch& scratch) {
  const int32_t* keys = kept.keys;
  for (int slice = 0; slice < slices; ++slice) {
    for (int64_t b = slice; b < blocks; b += slices) {
      scratch.equals[b] = 0;
      for (int64_t i = 0; i < scratch.kept[b]; ++i) scratch.equals[b] += keys[i] == value;
      keys += scratch.kept[b];
    }
  }
}

/** The same by another pass over the matrix. */
void count_equals(const ScoreSet& set, int slices, int32_t value, MatrixScratch& scratch) {
  set.for_each_block(slices, [&](int64_t b, int) {
    ValueCounter counter = {value};
    set.visit(set.block(b), counter);
    scratch.equals[b] = sum(counter.equals);
  });
}

template <class T>
Cut find_cut(const esp_matrix& w, const ScoreSet& set, const MatrixScratch& scratch, int32_t value,
             int64_t ties) {
  int64_t b = 0;
  for (; ties > scratch.equals[b]; ++b) ties -= scratch.equals[b];
  for (int64_t i = set.block(b).begin;; ++i) {
    const ScoreRow<T, false> row = {static_cast<const T*>(w.data) + i * w.row_stride, nullptr};
    for (int64_t j = 0; j < w.cols; j += lanes) {
      const I32 keys = j + lanes <= w.cols ? row.keys(j) : row.keys(j, w.cols - j);
      uint32_t equals = bits(equal(keys, broadcast(value)));
      for (; equals != 0; equals &= equals - 1) {
        if (--ties == 0) return {i, j + __builtin_ctz(equals) + 1};
      }
    }
  }
}

/** Zeroes columns begin .. end - 1 of a row whose key is below the threshold. */
template <class T>
void zero_below(T* w, int64_t begin, int64_t end, int32_t threshold) {
  const ScoreRow<T, false> row = {w, nullptr};
  int64_t j = begin;
  for (; j + lanes <= end; j += lanes) zero(w + j, less(row.keys(j), broadcast(threshold)));
  if (j < end) zero(w + j, less(row.keys(j, end - j), broadcast(threshold)), end - j);
}

template <class T>
void zero_up_to(const esp_matrix& w, int32_t value, Cut cut) {
  const int threads = threads_for_elements(w.rows * w.cols);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t i = 0; i < w.rows; ++i) {
    T* row = static_cast<T*>(w.data) + i * w.row_stride;
    const int64_t col = i < cut.row ? w.cols : i > cut.row ? 0 : cut.col;
    zero_below(row, 0, col, value + 1);
    zero_below(row, col, w.cols, value);
  }
}

}  // namespace

size_t prune_matrix_smallest_workspace(const esp_matrix& w) {
  Workspace workspace(nullptr);
  MatrixScratch(ScoreSet(&w, nullptr, 1), workspace);
  return workspace.used();
}

void prune_matrix_smallest(const esp_matrix& w, int64_t count, bool with_ties,
                           const Execution& run) {
  const ScoreSet set(&w, nullptr, 1);
  Workspace workspace(run.workspace);
  MatrixScratch scratch(set, workspace);
  const BracketMemory& memory = scratch.memory;
  const int64_t blocks = set.block_count();
  const int slices = set.slice_count();
  const int64_t rank = count - 1;

  const Bracket bracket = bracket_of(set, rank, memory.sample(set), memory);
  for (int slice = 0; slice < slices; ++slice) {
    scratch.collectors[slice] = memory.collector(bracket, slice, slices);
  }
  set.for_each_block(slices, [&](int64_t b, int slice) {
    Collector& collector = scratch.collectors[slice];
    const int64_t before = collector.inside();
    set.visit(set.block(b), collector);
    scratch.kept[b] = collector.inside() - before;
  });
  const Collection kept = memory.gather(bracket, scratch.collectors, slices);
  const Order order = kth_smallest(set, rank, kept, memory.scratch);

  Cut cut = {w.rows, 0};
  const int64_t ties = count - order.below;
  const bool split = !with_ties && ties < order.equal;
  if (split && kept.complete && bracket.lo < order.value && order.value < bracket.hi) {
    count_equals(kept, blocks, slices, order.value, scratch);
  } else if (split) {
    count_equals(set, slices, order.value, scratch);
  }
  with_score_type(w, nullptr, [&](auto type) {
    using T = typename decltype(type)::T;
    if (split) cut = find_cut<T>(w, set, scratch, order.value, ties);
    zero_up_to<T>(w, order.value, cut);
  });
}

}  // namespace espalier::cpu::ESPALIER_ISA
