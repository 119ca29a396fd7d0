#include "error.hpp"
#include "ops.hpp"

// Operations whose CUDA kernels are still to come.
namespace espalier::cuda {

[[noreturn]] static void missing() {
  throw Error{ESP_UNSUPPORTED, "this operation has no CUDA kernel in this build"};
}

// accumulate_hessian
size_t accumulate_hessian_workspace(const esp_matrix& /*x*/) { return 0; }
void accumulate_hessian(const esp_matrix& /*x*/, double /*alpha*/, const esp_matrix& /*h*/,
                        const Execution& /*run*/) {
  missing();
}

// sparsegpt_sweep
size_t sparsegpt_sweep_workspace(const esp_matrix& /*w*/, int64_t /*block_cols*/) { return 0; }
void sparsegpt_sweep(const esp_matrix& /*w*/, const esp_matrix& /*u*/, double /*sparsity*/,
                     esp_rounding /*rounding*/, int64_t /*block_cols*/, const esp_matrix* /*loss*/,
                     const Execution& /*run*/) {
  missing();
}
void sparsegpt_sweep_n_of_m(const esp_matrix& /*w*/, const esp_matrix& /*u*/, int64_t /*keep*/,
                            int64_t /*group*/, int64_t /*block_cols*/, const esp_matrix* /*loss*/,
                            const Execution& /*run*/) {
  missing();
}

}  // namespace espalier::cuda
