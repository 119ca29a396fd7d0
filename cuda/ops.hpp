#pragma once

#include "kernels.hpp"

/** The kernels on a CUDA device, which is current; table.cu collects them. */
namespace espalier::cuda {

size_t count_zeros_workspace(const esp_matrix& w);
int64_t count_zeros(const esp_matrix& w, const Execution& run);

size_t accumulate_squares_workspace(const esp_matrix& x);
void accumulate_squares(const esp_matrix& x, double* acc, const Execution& run);

size_t prune_rows_smallest_workspace(const esp_matrix& w, int cpu_threads);
void prune_rows_smallest(const esp_matrix& w, const float* s, int64_t total, const Execution& run);

size_t prune_matrix_smallest_workspace(const esp_matrix& w);
void prune_matrix_smallest(const esp_matrix& w, int64_t count, bool with_ties,
                           const Execution& run);

void prune_n_of_m(const esp_matrix& w, const float* s, int keep, int group, const Execution& run);

size_t score_summary_workspace(const esp_matrix* weights, int matrices);
void score_summary(const esp_matrix* weights, const esp_matrix* scales, int matrices,
                   double outlier_multiple, esp_score_summary_result& result, const Execution& run);

size_t accumulate_hessian_workspace(const esp_matrix& x);
void accumulate_hessian(const esp_matrix& x, double alpha, const esp_matrix& h,
                        const Execution& run);

size_t inverse_factor_workspace(const esp_matrix& h, esp_dtype precision);
int64_t inverse_factor(const esp_matrix& h, double damping, esp_dtype precision,
                       const esp_matrix& dead, const Execution& run);

size_t sparsegpt_sweep_workspace(const esp_matrix& w, int64_t block_cols);
void sparsegpt_sweep(const esp_matrix& w, const esp_matrix& u, double sparsity,
                     esp_rounding rounding, int64_t block_cols, const esp_matrix* loss,
                     const Execution& run);
void sparsegpt_sweep_n_of_m(const esp_matrix& w, const esp_matrix& u, int64_t keep, int64_t group,
                            int64_t block_cols, const esp_matrix* loss, const Execution& run);

}  // namespace espalier::cuda
