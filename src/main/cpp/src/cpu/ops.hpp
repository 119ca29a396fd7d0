#pragma once

#include "cpu/kernels.hpp"

/** The kernels of one instruction set; table.cpp collects them. */
namespace espalier::cpu::ESPALIER_ISA {

int64_t count_zeros(const esp_matrix& w);

size_t accumulate_hessian_workspace_bytes(const esp_matrix& x);
void accumulate_hessian(const esp_matrix& x, double alpha, const esp_matrix& h, void* workspace);

size_t inverse_factor_workspace_bytes(const esp_matrix& h, esp_dtype precision);
int64_t inverse_factor(const esp_matrix& h, double damping, esp_dtype precision,
                       const esp_matrix& dead, void* workspace);

size_t sparsegpt_sweep_workspace_bytes(const esp_matrix& w, int64_t block_cols);
void sparsegpt_sweep(const esp_matrix& w, const esp_matrix& u, double sparsity,
                     esp_rounding rounding, int64_t block_cols, const esp_matrix* loss,
                     void* workspace);
void sparsegpt_sweep_n_of_m(const esp_matrix& w, const esp_matrix& u, int64_t keep, int64_t group,
                            int64_t block_cols, const esp_matrix* loss, void* workspace);

}  // namespace espalier::cpu::ESPALIER_ISA
