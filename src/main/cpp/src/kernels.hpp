#pragma once

#include <cstddef>
#include <cstdint>

#include "espalier/espalier.h"

/**
 * The kernels behind the C interface: one table for each kind of device, and on the CPU one for
 * each instruction set. Arguments are already checked (api/check.hpp), workspaces are large enough.
 */
namespace espalier {

/** What a kernel runs with besides its operands. */
struct Execution {
  void* workspace;
  size_t workspace_bytes;
  void* stream; /**< a cudaStream_t; without meaning on the CPU */
};

/** A function named `*_workspace` gives the bytes that its kernel needs; shapes alone decide. */
struct Kernels {
  size_t (*count_zeros_workspace)(const esp_matrix& w);
  int64_t (*count_zeros)(const esp_matrix& w, const Execution& run);

  /** Scale vectors are given as pointers, NULL for all ones. */
  size_t (*accumulate_squares_workspace)(const esp_matrix& x);
  void (*accumulate_squares)(const esp_matrix& x, double* acc, const Execution& run);

  /** Row i loses floor((i+1) total / rows) - floor(i total / rows) weights. On the CPU as many
      threads run as the workspace has room for. */
  size_t (*prune_rows_smallest_workspace)(const esp_matrix& w, int cpu_threads);
  void (*prune_rows_smallest)(const esp_matrix& w, const float* s, int64_t total,
                              const Execution& run);

  /** Prunes the `count` >= 1 smallest; with ties, also all equal to the largest of them. */
  size_t (*prune_matrix_smallest_workspace)(const esp_matrix& w);
  void (*prune_matrix_smallest)(const esp_matrix& w, int64_t count, bool with_ties,
                                const Execution& run);

  void (*prune_n_of_m)(const esp_matrix& w, const float* s, int keep, int group,
                       const Execution& run);

  size_t (*score_summary_workspace)(const esp_matrix* weights, int matrices);
  void (*score_summary)(const esp_matrix* weights, const esp_matrix* scales, int matrices,
                        double outlier_multiple, esp_score_summary_result& result,
                        const Execution& run);

  size_t (*accumulate_hessian_workspace)(const esp_matrix& x);
  void (*accumulate_hessian)(const esp_matrix& x, double alpha, const esp_matrix& h,
                             const Execution& run);

  size_t (*inverse_factor_workspace)(const esp_matrix& h, esp_dtype precision);
  /** Returns the column of h that stopped the factorisation, or -1. */
  int64_t (*inverse_factor)(const esp_matrix& h, double damping, esp_dtype precision,
                            const esp_matrix& dead, const Execution& run);

  size_t (*sparsegpt_sweep_workspace)(const esp_matrix& w, int64_t block_cols);
  void (*sparsegpt_sweep)(const esp_matrix& w, const esp_matrix& u, double sparsity,
                          esp_rounding rounding, int64_t block_cols, const esp_matrix* loss,
                          const Execution& run);
  void (*sparsegpt_sweep_n_of_m)(const esp_matrix& w, const esp_matrix& u, int64_t keep,
                                 int64_t group, int64_t block_cols, const esp_matrix* loss,
                                 const Execution& run);
};

}  // namespace espalier
