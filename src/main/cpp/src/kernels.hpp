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

/**
 * All kernels, as KERNEL(result, name, parameters...). What follows from this list: the table, and
 * the functions that each instruction set and CUDA have to define for theirs.
 * A function named `*_workspace` gives the bytes that its kernel needs; shapes alone decide.
 */
// clang-format off
#define ESPALIER_KERNELS(KERNEL)                                                                  \
  KERNEL(size_t, count_zeros_workspace, const esp_matrix& w)                                      \
  KERNEL(int64_t, count_zeros, const esp_matrix& w, const Execution& run)                         \
                                                                                                  \
  KERNEL(size_t, accumulate_squares_workspace, const esp_matrix& x)                               \
  KERNEL(void, accumulate_squares, const esp_matrix& x, double* acc, const Execution& run)        \
                                                                                                  \
  /* Scale vectors s are given as pointers, NULL for all ones. */                                 \
                                                                                                  \
  /* Row i loses floor((i+1) total / rows) - floor(i total / rows) weights. On the CPU as many    \
     threads run as the workspace has room for. */                                                \
  KERNEL(size_t, prune_rows_smallest_workspace, const esp_matrix& w, int cpu_threads)             \
  KERNEL(void, prune_rows_smallest, const esp_matrix& w, const float* s, int64_t total,           \
         const Execution& run)                                                                    \
                                                                                                  \
  /* Prunes the `count` >= 1 smallest; with ties, also all equal to the largest of them. */       \
  KERNEL(size_t, prune_matrix_smallest_workspace, const esp_matrix& w)                            \
  KERNEL(void, prune_matrix_smallest, const esp_matrix& w, int64_t count, bool with_ties,         \
         const Execution& run)                                                                    \
                                                                                                  \
  KERNEL(void, prune_n_of_m, const esp_matrix& w, const float* s, int keep, int group,            \
         const Execution& run)                                                                    \
                                                                                                  \
  /* Writes all of `result` but its struct_size. */                                               \
  KERNEL(size_t, score_summary_workspace, const esp_matrix* weights, int matrices)                \
  KERNEL(void, score_summary, const esp_matrix* weights, const esp_matrix* scales, int matrices,  \
         double outlier_multiple, esp_score_summary_result& result, const Execution& run)         \
                                                                                                  \
  KERNEL(size_t, accumulate_hessian_workspace, const esp_matrix& x)                               \
  KERNEL(void, accumulate_hessian, const esp_matrix& x, double alpha, const esp_matrix& h,        \
         const Execution& run)                                                                    \
                                                                                                  \
  /* Returns the column of h that stopped the factorisation, or -1. */                            \
  KERNEL(size_t, inverse_factor_workspace, const esp_matrix& h, esp_dtype precision)              \
  KERNEL(int64_t, inverse_factor, const esp_matrix& h, double damping, esp_dtype precision,       \
         const esp_matrix& dead, const Execution& run)                                            \
                                                                                                  \
  /* `loss` may be NULL. */                                                                       \
  KERNEL(size_t, sparsegpt_sweep_workspace, const esp_matrix& w, int64_t block_cols)              \
  KERNEL(void, sparsegpt_sweep, const esp_matrix& w, const esp_matrix& u, double sparsity,        \
         esp_rounding rounding, int64_t block_cols, const esp_matrix* loss, const Execution& run) \
  KERNEL(void, sparsegpt_sweep_n_of_m, const esp_matrix& w, const esp_matrix& u, int64_t keep,    \
         int64_t group, int64_t block_cols, const esp_matrix* loss, const Execution& run)
// clang-format on

#define ESPALIER_KERNEL_POINTER(result, name, ...) result (*name)(__VA_ARGS__);
#define ESPALIER_KERNEL_FUNCTION(result, name, ...) result name(__VA_ARGS__);
#define ESPALIER_KERNEL_NAME(result, name, ...) name,

/** A pointer to each kernel, by its name. */
struct Kernels {
  ESPALIER_KERNELS(ESPALIER_KERNEL_POINTER)
};

/** Declares the kernels and their table in the namespace where this stands. */
#define ESPALIER_DECLARE_KERNELS             \
  ESPALIER_KERNELS(ESPALIER_KERNEL_FUNCTION) \
  extern const Kernels table;

/** Defines the table there. */
#define ESPALIER_DEFINE_TABLE const Kernels table = {ESPALIER_KERNELS(ESPALIER_KERNEL_NAME)};

// Each instruction set that this library may be built for: src/cpu is compiled once for each.
namespace cpu::portable {
ESPALIER_DECLARE_KERNELS
}
namespace cpu::avx2 {
ESPALIER_DECLARE_KERNELS
}
namespace cpu::avx512 {
ESPALIER_DECLARE_KERNELS
}

// These run on the current device, whose memory their operands are.
namespace cuda {
ESPALIER_DECLARE_KERNELS
}

}  // namespace espalier
