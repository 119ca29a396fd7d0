#pragma once

#include <cstddef>
#include <cstdint>

#include "espalier/espalier.h"

/**
 * The CPU kernels. Arguments are already checked (api/check.hpp), workspaces are large enough.
 * Every kernel source is compiled once per instruction set (cmake/CpuKernels.cmake); this table is
 * how the rest of the library reaches one of those builds.
 */
namespace espalier::cpu {

struct Kernels {
  int64_t (*count_zeros)(const esp_matrix& w);

  /** Scale vectors are given as pointers, NULL for all ones. */
  size_t (*accumulate_squares_workspace)(const esp_matrix& x);
  void (*accumulate_squares)(const esp_matrix& x, double* acc, void* workspace);

  /** Row i loses floor((i+1) total / rows) - floor(i total / rows) weights. Runs on as many threads
      as the workspace has room for. */
  size_t (*prune_rows_smallest_workspace)(const esp_matrix& w, int threads);
  void (*prune_rows_smallest)(const esp_matrix& w, const float* s, int64_t total, void* workspace,
                              size_t workspace_bytes);

  /** Prunes the `count` >= 1 smallest; with ties, also all equal to the largest of them. */
  size_t (*prune_matrix_smallest_workspace)(const esp_matrix& w);
  void (*prune_matrix_smallest)(const esp_matrix& w, int64_t count, bool with_ties,
                                void* workspace);

  void (*prune_n_of_m)(const esp_matrix& w, const float* s, int keep, int group);

  size_t (*score_summary_workspace)(const esp_matrix* weights, int matrices);
  void (*score_summary)(const esp_matrix* weights, const esp_matrix* scales, int matrices,
                        double outlier_multiple, esp_score_summary_result& result, void* workspace);

  size_t (*accumulate_hessian_workspace_bytes)(const esp_matrix& x);
  void (*accumulate_hessian)(const esp_matrix& x, double alpha, const esp_matrix& h,
                             void* workspace);

  size_t (*inverse_factor_workspace_bytes)(const esp_matrix& h, esp_dtype precision);
  /** Returns the column of h that stopped the factorisation, or -1. */
  int64_t (*inverse_factor)(const esp_matrix& h, double damping, esp_dtype precision,
                            const esp_matrix& dead, void* workspace);

  size_t (*sparsegpt_sweep_workspace_bytes)(const esp_matrix& w, int64_t block_cols);
  void (*sparsegpt_sweep)(const esp_matrix& w, const esp_matrix& u, double sparsity,
                          esp_rounding rounding, int64_t block_cols, const esp_matrix* loss,
                          void* workspace);
  void (*sparsegpt_sweep_n_of_m)(const esp_matrix& w, const esp_matrix& u, int64_t keep,
                                 int64_t group, int64_t block_cols, const esp_matrix* loss,
                                 void* workspace);
};

namespace portable {
extern const Kernels table;
}
namespace avx2 {
extern const Kernels table;
}
namespace avx512 {
extern const Kernels table;
}

}  // namespace espalier::cpu
