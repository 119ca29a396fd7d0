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

}  // namespace espalier::cuda
