#include "error.hpp"
#include "ops.hpp"

// Operations whose CUDA kernels are still to come.
namespace espalier::cuda {

[[noreturn]] static void missing() {
  throw Error{ESP_UNSUPPORTED, "this operation has no CUDA kernel in this build"};
}

// accumulate_squares
size_t accumulate_squares_workspace(const esp_matrix& /*x*/) { return 0; }
void accumulate_squares(const esp_matrix& /*x*/, double* /*acc*/, const Execution& /*run*/) {
  missing();
}

// prune_rows_smallest
size_t prune_rows_smallest_workspace(const esp_matrix& /*w*/, int /*cpu_threads*/) { return 0; }
void prune_rows_smallest(const esp_matrix& /*w*/, const float* /*s*/, int64_t /*total*/,
                         const Execution& /*run*/) {
  missing();
}

// prune_n_of_m
void prune_n_of_m(const esp_matrix& /*w*/, const float* /*s*/, int /*keep*/, int /*group*/,
                  const Execution& /*run*/) {
  missing();
}

// score_summary
size_t score_summary_workspace(const esp_matrix* /*weights*/, int /*matrices*/) { return 0; }
void score_summary(const esp_matrix* /*weights*/, const esp_matrix* /*scales*/, int /*matrices*/,
                   double /*outlier_multiple*/, esp_score_summary_result& /*result*/,
                   const Execution& /*run*/) {
  missing();
}

// accumulate_hessian
size_t accumulate_hessian_workspace(const esp_matrix& /*x*/) { return 0; }
void accumulate_hessian(const esp_matrix& /*x*/, double /*alpha*/, const esp_matrix& /*h*/,
                        const Execution& /*run*/) {
  missing();
}

// inverse_factor
size_t inverse_factor_workspace(const esp_matrix& /*h*/, esp_dtype /*precision*/) { return 0; }
int64_t inverse_factor(const esp_matrix& /*h*/, double /*damping*/, esp_dtype /*precision*/,
                       const esp_matrix& /*dead*/, const Execution& /*run*/) {
  missing();
}

}  // namespace espalier::cuda
