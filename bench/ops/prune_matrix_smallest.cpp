#include "inputs.hpp"
#include "op.hpp"

namespace espalier::bench {

namespace {

Problem prepare(const Point& point) {
  const Tensor w = weights(point.rows, point.cols, point.dtype);
  const double share = point.sparsity->share;
  Problem problem;
  problem.writes = {w};
  problem.workspace_bytes = [](const Operands& on) {
    return esp_prune_matrix_smallest_workspace_bytes(&on.writes[0]);
  };
  problem.call = [share](Operands& on) {
    return esp_prune_matrix_smallest(&on.writes[0], share, ESP_EXACT, on.workspace,
                                     on.workspace_bytes, on.stream);
  };
  problem.compare = [](const Results& got, const Results& twin) {
    return same_bits(got.writes[0], twin.writes[0]);
  };
  problem.work.bytes = 2 * bytes_of(w);
  return problem;
}

const Registration registration({"prune_matrix_smallest",
                                 "magnitude: the smallest |w| of the matrix", storage_dtypes,
                                 Shape::rows_by_cols, Pruning::share, prepare});

}  // namespace

}  // namespace espalier::bench
