#include "kernels.hpp"
#include "product.cuh"
#include "sweep_choice.cuh"
#include "sweep_count.hpp"
#include "sweep_panel.cuh"

namespace espalier::cuda {

namespace {

constexpr int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/** Columns [begin, end) of W. */
struct Columns {
  int64_t begin, end;

  int64_t count() const { return end - begin; }
};

/** Columns whose errors are kept, to be taken from all columns to their right at once. */
constexpr int64_t most_run_cols = 1024;

/** The errors of a run of columns, column after column. */
struct Errors {
  int64_t stride;  // whole sectors
  float* data;

  Errors(const esp_matrix& w, Workspace& workspace)
      : stride(ceil_div(w.rows, 8) * 8),
        data(workspace.take<float>(least(most_run_cols, w.cols) * stride)) {}
};

/** The scratch of both sweeps. */
struct Scratch {
  Errors errors;
  SweepChoice choice;

  Scratch(const esp_matrix& w, int64_t block_cols, Workspace& workspace)
      : errors(w, workspace), choice(w.rows, least(block_cols, w.cols), workspace) {}
};

/**
 * The order of a sweep. Errors reach the columns to their right lazily: of any two halves of a run
 * the right one is updated when the left one is swept, and all columns beyond a run when the run
 * is. So nearly all work is in products with a long inner side, and few of them pass over a column.
 */
class Sweep {
 public:
  /** @param block columns that are chosen in together, at most most_run_cols
      @param panel columns swept by one kernel, at most a block */
  Sweep(const esp_matrix& w, const esp_matrix& u, const esp_matrix* loss, int64_t block,
        int64_t panel, const Errors& errors, cudaStream_t stream)
      : w_(view_of<float>(w)),
        u_(view_of<const float>(u)),
        loss_(loss),
        block_(block),
        panel_(panel),
        run_(most_run_cols / block * block),
        errors_(errors),
        stream_(stream) {}

  /**
   * Calls choose(columns, w, u) before a block is swept, then sweep(panel, first) for each of its
   * panels, which begins `first` columns into it.
   */
  template <class Choose, class SweepPanel>
  void run(const Choose& choose, const SweepPanel& sweep) const {
    for (int64_t begin = 0; begin < w_.cols; begin += run_) {
      const Columns run = {begin, least(begin + run_, w_.cols)};
      halve(run, choose, sweep);
      update({run.end, w_.cols}, run);
    }
  }

 private:
  template <class Choose, class SweepPanel>
  void halve(Columns c, const Choose& choose, const SweepPanel& sweep) const {
    const int64_t block = c.begin / block_ * block_;
    if (c.begin == block && c.end == least(block + block_, w_.cols)) {
      choose(c, read_only(w(c)), u(c, c));
    }
    if (c.count() <= panel_) return sweep(panel(c), c.begin - block);
    const int64_t unit = c.count() > block_ ? block_ : panel_;
    const int64_t middle = c.begin + ceil_div(ceil_div(c.count(), unit), 2) * unit;
    halve({c.begin, middle}, choose, sweep);
    update({middle, c.end}, {c.begin, middle});
    halve({middle, c.end}, choose, sweep);
  }

  Panel panel(Columns c) const {
    Panel panel = {w(c), u(c, c), errors(c), nullptr, 0, c.begin == 0};
    if (loss_ != nullptr) {
      panel.loss = static_cast<double*>(loss_->data);
      panel.loss_stride = loss_->row_stride;
    }
    return panel;
  }

  /** w[:, to] -= errors[from]^T u[from, to] */
  void update(Columns to, Columns from) const {
    if (to.count() == 0) return;
    product(w(to), read_only(errors(from)), u(from, to), -1, true, Part::all, stream_);
  }

  View<float> w(Columns c) const { return {w_.data + c.begin, w_.rows, c.count(), w_.stride}; }
  View<const float> u(Columns rows, Columns cols) const {
    return {u_.row(rows.begin) + cols.begin, rows.count(), cols.count(), u_.stride};
  }
  View<float> errors(Columns c) const {
    return {errors_.data + c.begin % run_ * errors_.stride, c.count(), w_.rows, errors_.stride};
  }

  View<float> w_;
  View<const float> u_;
  const esp_matrix* loss_;
  int64_t block_, panel_, run_;
  Errors errors_;
  cudaStream_t stream_;
};

}  // namespace

size_t sparsegpt_sweep_workspace(const esp_matrix& w, int64_t block_cols) {
  Workspace workspace(nullptr);
  Scratch(w, block_cols, workspace);
  return workspace.used();
}

void sparsegpt_sweep(const esp_matrix& w, const esp_matrix& u, double sparsity,
                     esp_rounding rounding, int64_t block_cols, const esp_matrix* loss,
                     const Execution& run) {
  Workspace workspace(run.workspace);
  Scratch scratch(w, block_cols, workspace);
  const cudaStream_t stream = stream_of(run.stream);
  const Sweep sweep(w, u, loss, block_cols, least(block_cols, panel_cols), scratch.errors, stream);
  scratch.choice.start(stream);
  Chosen chosen = {};
  sweep.run(
      [&](Columns block, View<const float> block_w, View<const float> block_u) {
        const int64_t count = sweep_count(w, sparsity, rounding, block.begin, block.end);
        chosen = scratch.choice.choose(block_w, block_u, count, rounding == ESP_PUBLISHED, stream);
      },
      [&](const Panel& panel, int64_t first) {
        chosen.first = first;
        sweep_panel(panel, chosen, stream);
      });
}

void sparsegpt_sweep_n_of_m(const esp_matrix& w, const esp_matrix& u, int64_t keep, int64_t group,
                            int64_t block_cols, const esp_matrix* loss, const Execution& run) {
  Workspace workspace(run.workspace);
  const Scratch scratch(w, block_cols, workspace);
  const cudaStream_t stream = stream_of(run.stream);
  // Groups are chosen when the sweep comes to them: its result does not depend on the blocks.
  const Groups groups = {static_cast<int>(group), static_cast<int>(group - keep)};
  const int64_t panel = panel_cols_of(groups.group);
  const Sweep sweep(w, u, loss, panel, panel, scratch.errors, stream);
  sweep.run([](Columns, View<const float>, View<const float>) {},
            [&](const Panel& p, int64_t) { sweep_panel(p, groups, stream); });
}

}  // namespace espalier::cuda
