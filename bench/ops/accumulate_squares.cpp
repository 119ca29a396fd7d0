#include "inputs.hpp"
#include "op.hpp"

namespace espalier::bench {

namespace {

Problem prepare(const Point& point) {
  const Tensor x = activations(point.rows, point.cols, point.dtype);
  const Tensor acc(ESP_F64, 1, point.cols);
  Problem problem;
  problem.reads = {x};
  problem.writes = {acc};
  problem.workspace_bytes = [](const Operands& on) {
    return esp_accumulate_squares_workspace_bytes(&on.reads[0]);
  };
  problem.call = [](Operands& on) {
    return esp_accumulate_squares(&on.reads[0], &on.writes[0], on.workspace, on.workspace_bytes,
                                  on.stream);
  };
  problem.compare = [](const Results& got, const Results& twin) {
    return at_most("relative", largest_relative_error(got.writes[0], twin.writes[0]), 1e-6);
  };
  problem.work.bytes = bytes_of(x) + 2 * bytes_of(acc);
  problem.work.flops = 2 * static_cast<double>(x.size());
  return problem;
}

const Registration registration({"accumulate_squares",
                                 "squared column norms of activations, rows are tokens",
                                 storage_dtypes, Shape::rows_by_cols, Pruning::none, prepare});

}  // namespace

}  // namespace espalier::bench
