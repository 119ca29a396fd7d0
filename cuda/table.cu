#include "cuda.hpp"
#include "ops.hpp"

namespace espalier::cuda {

const Kernels table = {
    count_zeros_workspace,
    count_zeros,
    accumulate_squares_workspace,
    accumulate_squares,
    prune_rows_smallest_workspace,
    prune_rows_smallest,
    prune_matrix_smallest_workspace,
    prune_matrix_smallest,
    prune_n_of_m,
    score_summary_workspace,
    score_summary,
    accumulate_hessian_workspace,
    accumulate_hessian,
    inverse_factor_workspace,
    inverse_factor,
    sparsegpt_sweep_workspace,
    sparsegpt_sweep,
    sparsegpt_sweep_n_of_m,
};

}  // namespace espalier::cuda
