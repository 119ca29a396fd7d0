#include "cpu/sweep.hpp"
#include "cpu/threads.hpp"
#include "kernels.hpp"
#include "sweep_count.hpp"

namespace espalier::cpu::ESPALIER_ISA {

namespace {

/** Gathers a block's columns, a few strips at a time, and calls each(first, end) after those. */
template <class Each>
void gather(const Sweep& sweep, const esp_matrix& u, Block block, const Each& each) {
  sweep.copy_u(u, block);
#pragma omp parallel for num_threads(threads_for_operations(sweep.operations(block))) \
    schedule(dynamic)
  for (int64_t first = 0; first < sweep.strips(); first += task_strips) {
    const int64_t end = least(first + task_strips, sweep.strips());
    sweep.gather(first, end, block);
    each(first, end);
  }
}

}  // namespace

size_t sparsegpt_sweep_workspace(const esp_matrix& w, int64_t block_cols) {
  Workspace workspace(nullptr);
  Sweep(w, least(block_cols, w.cols), workspace);
  return workspace.used();
}

void sparsegpt_sweep(const esp_matrix& w, const esp_matrix& u, double sparsity,
                     esp_rounding rounding, int64_t block_cols, const esp_matrix* loss,
                     const Execution& run) {
  Workspace workspace(run.workspace);
  const Sweep sweep(w, least(block_cols, w.cols), workspace);
  for (int64_t begin = 0; begin < w.cols; begin += block_cols) {
    const Block block{begin, least(begin + block_cols, w.cols)};
    gather(sweep, u, block, [&](int64_t first, int64_t end) { sweep.score(first, end, block); });
    const int64_t count = sweep_count(w, sparsity, rounding, block.begin, block.end);
    const int32_t cut = rounding == ESP_PUBLISHED ? sweep.cut_with_ties(block, count)
                                                  : sweep.cut_exactly(block, count);
#pragma omp parallel for num_threads(threads_for_operations(sweep.operations(block))) \
    schedule(dynamic)
    for (int64_t strip = 0; strip < sweep.strips(); ++strip) {
      sweep.prune(strip, block, cut, 0, 0);
      if (loss != nullptr) sweep.add_loss(strip, block, *loss);
    }
  }
}

void sparsegpt_sweep_n_of_m(const esp_matrix& w, const esp_matrix& u, int64_t keep, int64_t group,
                            int64_t block_cols, const esp_matrix* loss, const Execution& run) {
  Workspace workspace(run.workspace);
  const Sweep sweep(w, least(block_cols, w.cols), workspace);
  for (int64_t begin = 0; begin < w.cols; begin += block_cols) {
    const Block block{begin, least(begin + block_cols, w.cols)};
    gather(sweep, u, block, [&](int64_t first, int64_t end) {
      for (int64_t strip = first; strip < end; ++strip) {
        sweep.prune(strip, block, 0, group, group - keep);
        if (loss != nullptr) sweep.add_loss(strip, block, *loss);
      }
    });
  }
}

}  // namespace espalier::cpu::ESPALIER_ISA
