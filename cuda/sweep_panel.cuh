#pragma once

#include "element.cuh"

/** The column sweep within a panel: columns of W that fit into registers. */
namespace espalier::cuda {

/** Columns of a panel, where groups do not make it smaller. */
inline constexpr int panel_cols = 128;

/** In place of a score's key where there is no weight; above them all. */
inline constexpr uint32_t no_score = 0x7FFFFFFF;

/** Keys are chosen up to `key`; those equal to it up to index `last` in row-major order. */
struct Threshold {
  uint32_t key;
  int64_t last;
};

/** What is chosen in a block of columns, whose column `first` is the panel's first. */
struct Chosen {
  View<const uint32_t> keys;   ///< [rows, columns of the block], filled up with no_score to rows
                               ///< of whole 16 bytes
  const Threshold* threshold;  ///< in device memory; NULL: nothing is chosen
  int64_t first;
};

/** Of each `group` columns, the `drop` smallest are to be chosen when the sweep comes to them. */
struct Groups {
  int group;
  int drop;
};

/** The columns of a panel that holds whole groups: 2 <= group <= 64. */
int panel_cols_of(int group);

/** What a panel is swept with; the views start at its first column. */
struct Panel {
  View<float> w;        ///< pruned and updated
  View<const float> u;  ///< [columns, columns]
  View<float> errors;   ///< [columns, rows], written: e = (w - q) / u[j, j]
  double* loss;         ///< of each row; NULL for none
  int64_t loss_stride;
  bool first;  ///< whether the loss is written, not added to
};

/** Sweeps at most panel_cols columns. */
void sweep_panel(const Panel& panel, const Chosen& chosen, cudaStream_t stream);
/** Sweeps at most panel_cols_of(group) columns. */
void sweep_panel(const Panel& panel, const Groups& groups, cudaStream_t stream);

}  // namespace espalier::cuda
