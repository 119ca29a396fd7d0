#pragma once

#include "sweep_panel.cuh"
#include "workspace.cuh"

namespace espalier::cuda {

struct Selection;

/** Chooses, at the start of a block of columns, the weights to prune in it: those with the smallest
    w^2 / u[j, j]^2. */
class SweepChoice {
 public:
  /** Takes the scratch for blocks of up to `cols` columns; needs start() before it chooses. */
  SweepChoice(int64_t rows, int64_t cols, Workspace& workspace);

  void start(cudaStream_t stream);

  /**
   * @param w     the block, [rows, columns]
   * @param u     [columns, columns], its diagonal is read
   * @param count of weights to choose; of equal scores the first in row-major order are, or, with
   *              ties, all
   * @return valid until the next call
   */
  Chosen choose(View<const float> w, View<const float> u, int64_t count, bool with_ties,
                cudaStream_t stream);

 private:
  int64_t stride_;
  uint32_t* keys_;  ///< [rows, stride_]
  Selection* selection_;
  uint32_t* counts_;  ///< of values of the last digit, in each share of the rows
  Threshold* threshold_;
  unsigned together_ = 0;  ///< thread blocks that choose in one launch; 0: in one a digit
};

}  // namespace espalier::cuda
