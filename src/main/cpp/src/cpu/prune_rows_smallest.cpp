#include <omp.h>

#include "cpu/select.hpp"
#include "cpu/threads.hpp"
#include "cpu/workspace.hpp"
#include "kernels.hpp"

namespace espalier::cpu::ESPALIER_ISA {

namespace {

/** Scratch of one thread: the keys of a row, and what selecting among them takes. */
struct RowScratch {
  int32_t* keys;
  int32_t* select;

  RowScratch(int64_t cols, Workspace& workspace)
      : keys(workspace.take<int32_t>(padded(cols))),
        select(workspace.take<int32_t>(select_scratch(cols))) {}
};

size_t bytes_per_thread(int64_t cols) {
  Workspace workspace(nullptr);
  RowScratch(cols, workspace);
  return workspace.used();
}

/** floor(i * total / rows), where i * total may not fit. */
int64_t share(int64_t i, int64_t total, int64_t rows) {
  return i * (total / rows) + i * (total % rows) / rows;
}

/** The column after the `count`-th key equal to `value`. */
int64_t column_after(const int32_t* keys, int32_t value, int64_t count) {
  int64_t j = 0;
  for (;; j += lanes) {
    const int in_vector = __builtin_popcount(bits(equal(load<I32>(keys + j), broadcast(value))));
    if (in_vector >= count) break;
    count -= in_vector;
  }
  for (; count > 0; ++j) count -= keys[j] == value;
  return j;
}

/** Zeroes the weights of columns begin .. end - 1 whose key is below the threshold. */
template <class T>
void zero_below(T* w, const int32_t* keys, int64_t begin, int64_t end, int32_t threshold) {
  int64_t j = begin;
  for (; j + lanes <= end; j += lanes) {
    zero(w + j, less(load<I32>(keys + j), broadcast(threshold)));
  }
  for (; j < end; ++j) {
    if (keys[j] < threshold) w[j] = T{};
  }
}

template <class T, bool Scaled>
void prune_row(T* w, const float* s, int64_t cols, int64_t count, RowScratch scratch) {
  const ScoreRow<T, Scaled> row = {w, s};
  int64_t j = 0;
  for (; j + lanes <= cols; j += lanes) store(scratch.keys + j, row.keys(j));
  if (j < cols) store(scratch.keys + j, row.keys(j, cols - j));

  // Equal scores go from the left: up to column `cut` the threshold's own are pruned, then not.
  const Order order = kth_smallest(scratch.keys, cols, count - 1, scratch.select);
  const int64_t equals = count - order.below;
  const int64_t cut = equals < order.equal ? column_after(scratch.keys, order.value, equals) : cols;
  zero_below(w, scratch.keys, 0, cut, order.value + 1);
  zero_below(w, scratch.keys, cut, cols, order.value);
}

}  // namespace

size_t prune_rows_smallest_workspace(const esp_matrix& w, int threads) {
  return static_cast<size_t>(threads) * bytes_per_thread(w.cols);
}

void prune_rows_smallest(const esp_matrix& w, const float* s, int64_t total, const Execution& run) {
  const size_t per_thread = bytes_per_thread(w.cols);
  const int64_t fit = static_cast<int64_t>(run.workspace_bytes / per_thread);
  const int64_t useful = threads_for_elements(w.rows * w.cols);
  const int threads = static_cast<int>(fit < useful ? fit : useful);
  with_score_type(w, s, [&](auto type) {
    using Type = decltype(type);
    using T = typename Type::T;
#pragma omp parallel num_threads(threads)
    {
      Workspace mine(static_cast<char*>(run.workspace) +
                     static_cast<size_t>(omp_get_thread_num()) * per_thread);
      const RowScratch scratch(w.cols, mine);
#pragma omp for schedule(static)
      for (int64_t i = 0; i < w.rows; ++i) {
        const int64_t count = share(i + 1, total, w.rows) - share(i, total, w.rows);
        T* row = static_cast<T*>(w.data) + i * w.row_stride;
        if (count > 0) prune_row<T, Type::scaled>(row, s, w.cols, count, scratch);
      }
    }
  });
}

}  // namespace espalier::cpu::ESPALIER_ISA
