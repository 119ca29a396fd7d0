/**
 * @file espalier.hpp
 * Espalier for C++17: typed views, a workspace that owns its memory, exceptions. Header-only over
 * espalier.h, whose conventions hold here too: memory, devices, streams, determinism, the order of
 * scores. A failed call throws ::espalier::Error; with ESP_INVALID_ARGUMENT nothing was written.
 *
 *     std::vector<float> weights(rows * cols);
 *     espalier::prune_n_of_m(espalier::View(weights.data(), rows, cols), std::nullopt, 2, 4);
 *
 * `esp_matrix` parameters take a View of anything but const; they are written, unless it says
 * otherwise. A `workspace` grows to what the call needs, on its operands' device; if it cannot,
 * what its allocator throws passes through. A `stream` is a cudaStream_t, NULL for the legacy
 * default stream; the CPU ignores it.
 */
#ifndef ESPALIER_ESPALIER_HPP
#define ESPALIER_ESPALIER_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "espalier/dtype.hpp"
#include "espalier/error.hpp"
#include "espalier/espalier.h"
#include "espalier/view.hpp"
#include "espalier/workspace.hpp"

namespace espalier {

namespace detail {

/** The address of an operand that may be left out. */
inline const esp_matrix* address(const std::optional<Input>& operand) noexcept {
  return operand ? &operand->matrix() : nullptr;
}
inline const esp_matrix* address(const std::optional<esp_matrix>& operand) noexcept {
  return operand ? &*operand : nullptr;
}

inline std::vector<esp_matrix> matrices(const std::vector<Input>& operands) {
  std::vector<esp_matrix> all;
  all.reserve(operands.size());
  for (const Input& operand : operands) all.push_back(operand.matrix());
  return all;
}

}  // namespace detail

// ---- the library --------------------------------------------------------------------------------

/** The library's release, "major.minor.patch" and perhaps a suffix such as "-SNAPSHOT". */
inline std::string version() { return esp_version(); }

/** The version of the C ABI that the library was built with; ESP_ABI_VERSION is this program's. */
inline std::int32_t abi_version() noexcept { return esp_abi_version(); }

/** Number of CUDA devices that can be used: 0 without a driver or in a build without CUDA. */
inline std::int32_t cuda_device_count() noexcept { return esp_cuda_device_count(); }

/** @throws Error if there is no such device, which says why: of status ESP_UNSUPPORTED where this
    build or machine has no CUDA, ESP_CUDA_ERROR where it does not work */
inline void check_cuda() { detail::check(esp_check_cuda(), "check_cuda"); }

/** @throws Error if the kernels do not run on this CUDA device, with the reason: ESP_UNSUPPORTED if
    it is too old or not there, and what check_cuda() throws if there is none at all */
inline void check_cuda_device(std::int32_t device) {
  detail::check(esp_check_cuda_device(device), "check_cuda_device");
}

/**
 * Upper bound on CPU threads per call, for the whole process.
 * @param threads 0 restores the default, all that OpenMP sees
 */
inline void set_num_threads(std::int32_t threads) {
  detail::check(esp_set_num_threads(threads), "set_num_threads");
}

/** The number of CPU threads a call may use. */
inline std::int32_t num_threads() noexcept { return esp_num_threads(); }

// ---- statistics of activations ------------------------------------------------------------------

/**
 * acc[j] += sum over t of x[t, j]^2: the squared column norms of Wanda (Sun et al., 2023, eq. 1).
 * @param x   [tokens, cols], f32, f16 or bf16
 * @param acc [1, cols], f64, added to
 */
inline void accumulate_squares(const Input& x, const esp_matrix& acc, Workspace& workspace,
                               void* stream = nullptr) {
  workspace.reserve(esp_accumulate_squares_workspace_bytes(&x.matrix()));
  detail::check(
      esp_accumulate_squares(&x.matrix(), &acc, workspace.data(), workspace.size(), stream),
      "accumulate_squares");
}

/**
 * h += alpha * x^T x: the Hessian of a linear's inputs, as SparseGPT needs it (Frantar & Alistarh,
 * 2023, sec. 3.1). h stays exactly symmetric.
 * @param x     [tokens, cols], f32, f16 or bf16
 * @param alpha scale, finite; 2 / (number of calibration sequences) in the published code
 * @param h     [cols, cols], f32, symmetric, added to
 */
inline void accumulate_hessian(const Input& x, double alpha, const esp_matrix& h,
                               Workspace& workspace, void* stream = nullptr) {
  workspace.reserve(esp_accumulate_hessian_workspace_bytes(&x.matrix()));
  detail::check(
      esp_accumulate_hessian(&x.matrix(), alpha, &h, workspace.data(), workspace.size(), stream),
      "accumulate_hessian");
}

// ---- factorisation ------------------------------------------------------------------------------

/**
 * The precision to ask inverse_factor for: ESP_F64 on the CPU and on CUDA devices that compute in
 * f64 at least half as fast as in f32, else ESP_F32, with ESP_F64 to fall back on where that fails.
 * @param device -1 for the CPU, else a CUDA device ordinal
 */
inline esp_dtype factor_precision(std::int32_t device) noexcept {
  return esp_factor_precision(device);
}

/**
 * Replaces H by U, the upper Cholesky factor of (H + damp I)^-1 = U^T U, damp = damping * mean(diag
 * H), as SparseGPT needs it (Frantar & Alistarh, 2023, sec. 3.2). A column j with h[j, j] = 0 is
 * dead: its diagonal counts as 1 and dead[j] becomes 1. Waits until it is known whether that
 * succeeds; on a CUDA device U itself then follows on `stream`.
 * @param h         [n, n], f32, its upper triangle is read; becomes U with zeros below the
 * diagonal, unchanged on failure
 * @param damping   a share of the diagonal's mean, finite, >= 0; 0.01 in the published code
 * @param precision ESP_F64 or ESP_F32: what it is factored in
 * @param dead      [1, n], u8, written: 1 where the column of H is dead, else 0
 * @throws NotPositiveDefinite where H + damp I is not, or has a NaN or an infinity: more damping
 *         may help
 */
inline void inverse_factor(const esp_matrix& h, double damping, esp_dtype precision,
                           const esp_matrix& dead, Workspace& workspace, void* stream = nullptr) {
  constexpr const char* op = "inverse_factor";
  workspace.reserve(esp_inverse_factor_workspace_bytes(&h, precision));
  std::int64_t failed_pivot = -1;
  const esp_status status = esp_inverse_factor(&h, damping, precision, &dead, &failed_pivot,
                                               workspace.data(), workspace.size(), stream);
  if (status == ESP_NUMERICAL_ERROR) {
    throw NotPositiveDefinite(op, detail::last_error(op), failed_pivot);
  }
  detail::check(status, op);
}

// ---- pruning ------------------------------------------------------------------------------------

/**
 * SparseGPT's column sweep (Frantar & Alistarh, 2023, algorithm 1), unstructured.
 * @param w          [rows, cols], f32, pruned and updated in place
 * @param u          [cols, cols], f32, from inverse_factor; only its upper triangle is read
 * @param sparsity   in [0, 1), or 1 with ESP_EXACT
 * @param rounding   how many weights of a block that makes: see ::esp_sparsegpt_sweep
 * @param block_cols columns per block, 1..1024, 128 in the published code
 * @param loss       [rows, 1], f64: receives each row's sum over columns of e^2 / 2; or none
 */
inline void sparsegpt_sweep(const esp_matrix& w, const Input& u, double sparsity,
                            esp_rounding rounding, std::int64_t block_cols,
                            const std::optional<esp_matrix>& loss, Workspace& workspace,
                            void* stream = nullptr) {
  workspace.reserve(esp_sparsegpt_sweep_workspace_bytes(&w, block_cols));
  detail::check(
      esp_sparsegpt_sweep(&w, &u.matrix(), sparsity, rounding, block_cols, detail::address(loss),
                          workspace.data(), workspace.size(), stream),
      "sparsegpt_sweep");
}

/**
 * The same sweep with an N:M mask: at each column j with j % group == 0, every row keeps the `keep`
 * largest w^2 / u^2 of the group's current weights.
 * @param w          [rows, cols], f32, pruned and updated in place
 * @param u          [cols, cols], f32, from inverse_factor; only its upper triangle is read
 * @param keep       weights kept in each group, 0 < keep < group
 * @param group      2..64; divides cols and block_cols
 * @param block_cols columns per block, 1..1024
 * @param loss       [rows, 1], f64: receives each row's sum over columns of e^2 / 2; or none
 */
inline void sparsegpt_sweep_n_of_m(const esp_matrix& w, const Input& u, std::int64_t keep,
                                   std::int64_t group, std::int64_t block_cols,
                                   const std::optional<esp_matrix>& loss, Workspace& workspace,
                                   void* stream = nullptr) {
  workspace.reserve(esp_sparsegpt_sweep_workspace_bytes(&w, block_cols));
  detail::check(
      esp_sparsegpt_sweep_n_of_m(&w, &u.matrix(), keep, group, block_cols, detail::address(loss),
                                 workspace.data(), workspace.size(), stream),
      "sparsegpt_sweep_n_of_m");
}

/**
 * Wanda (Sun et al., 2023, eq. 1): in each row zeroes the smallest |w[i, j]| * s[j], in f32.
 * @param w        [rows, cols], f32, f16 or bf16, pruned in place
 * @param s        [1, cols], f32, the norms of the inputs' columns; or none for all ones
 * @param sparsity in [0, 1]
 * @param rounding how many weights of each row that makes: see ::esp_prune_rows_smallest
 */
inline void prune_rows_smallest(const esp_matrix& w, const std::optional<Input>& s, double sparsity,
                                esp_rounding rounding, Workspace& workspace,
                                void* stream = nullptr) {
  workspace.reserve(esp_prune_rows_smallest_workspace_bytes(&w));
  detail::check(esp_prune_rows_smallest(&w, detail::address(s), sparsity, rounding,
                                        workspace.data(), workspace.size(), stream),
                "prune_rows_smallest");
}

/**
 * Magnitude pruning with one threshold for the matrix (Han et al., 2015).
 * @param w        [rows, cols], f32, f16 or bf16, pruned in place
 * @param sparsity in [0, 1]; below 1 with ESP_PUBLISHED
 * @param rounding how many weights that makes: see ::esp_prune_matrix_smallest
 */
inline void prune_matrix_smallest(const esp_matrix& w, double sparsity, esp_rounding rounding,
                                  Workspace& workspace, void* stream = nullptr) {
  workspace.reserve(esp_prune_matrix_smallest_workspace_bytes(&w));
  detail::check(
      esp_prune_matrix_smallest(&w, sparsity, rounding, workspace.data(), workspace.size(), stream),
      "prune_matrix_smallest");
}

/**
 * N:M pruning (Mishra et al., 2021; scaled as by Sun et al., 2023, eq. 1): of every `group`
 * consecutive weights of a row keeps the `keep` largest |w[i, j]| * s[j], in f32.
 * @param w     [rows, cols], f32, f16 or bf16, pruned in place
 * @param s     [1, cols], f32, or none for all ones
 * @param keep  weights kept in each group, 0 < keep < group
 * @param group 2..64, divides cols
 */
inline void prune_n_of_m(const esp_matrix& w, const std::optional<Input>& s, std::int64_t keep,
                         std::int64_t group, void* stream = nullptr) {
  detail::check(esp_prune_n_of_m(&w, detail::address(s), keep, group, stream), "prune_n_of_m");
}

// ---- statistics of weights ----------------------------------------------------------------------

/**
 * Statistics of all scores |w| * s of a block's linears taken together: what OWL (Yin et al., 2024)
 * and DLP (Chen et al., 2025) allocate by. Waits for the result.
 * @param weights          at least one [rows_i, cols_i], f32, f16 or bf16
 * @param scales           for each of them [1, cols_i], f32; or empty for all ones
 * @param outlier_multiple OWL's M, finite, >= 0
 * @return all fields that this program and the library know
 */
inline esp_score_summary_result score_summary(const std::vector<Input>& weights,
                                              const std::vector<Input>& scales,
                                              double outlier_multiple, Workspace& workspace,
                                              void* stream = nullptr) {
  constexpr const char* op = "score_summary";
  if (!scales.empty() && scales.size() != weights.size()) {
    throw Error(ESP_INVALID_ARGUMENT, op,
                std::to_string(weights.size()) + " weights, but " + std::to_string(scales.size()) +
                    " scales");
  }
  const std::vector<esp_matrix> w = detail::matrices(weights);
  const std::vector<esp_matrix> s = detail::matrices(scales);
  const std::int32_t matrices = static_cast<std::int32_t>(w.size());
  workspace.reserve(esp_score_summary_workspace_bytes(w.data(), matrices));
  esp_score_summary_result result{};
  result.struct_size = sizeof result;
  detail::check(
      esp_score_summary(w.data(), s.empty() ? nullptr : s.data(), matrices, outlier_multiple,
                        &result, workspace.data(), workspace.size(), stream),
      op);
  return result;
}

/**
 * The number of elements equal to zero (+0 or -0). Waits for the result.
 * @param w [rows, cols], f32, f16 or bf16
 */
inline std::int64_t count_zeros(const Input& w, Workspace& workspace, void* stream = nullptr) {
  workspace.reserve(esp_count_zeros_workspace_bytes(&w.matrix()));
  std::int64_t zeros = 0;
  detail::check(esp_count_zeros(&w.matrix(), &zeros, workspace.data(), workspace.size(), stream),
                "count_zeros");
  return zeros;
}

}  // namespace espalier

#endif
