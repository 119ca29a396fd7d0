#include "inputs.hpp"
#include "op.hpp"

namespace espalier::bench {

namespace {

/** Weights of which a part has been pruned. */
Tensor pruned_weights(const Point& point) {
  Tensor w = weights(point.rows, point.cols, point.dtype);
  for (int64_t k = 0; k < w.size(); ++k) {
    if (k * 7919 % 10 < 7) w.set(k, 0);
  }
  return w;
}

Problem prepare(const Point& point) {
  const Tensor w = pruned_weights(point);
  Problem problem;
  problem.reads = {w};
  problem.workspace_bytes = [](const Operands& on) {
    return esp_count_zeros_workspace_bytes(&on.reads[0]);
  };
  problem.call = [](Operands& on) {
    int64_t zeros = -1;
    const esp_status status =
        esp_count_zeros(&on.reads[0], &zeros, on.workspace, on.workspace_bytes, on.stream);
    on.numbers = {static_cast<double>(zeros)};
    return status;
  };
  problem.compare = [](const Results& got, const Results& twin) {
    return equal("count", got.numbers[0], twin.numbers[0]);
  };
  problem.work.bytes = bytes_of(w);
  return problem;
}

const Registration registration({"count_zeros", "how many weights are zero", storage_dtypes,
                                 Shape::rows_by_cols, Pruning::none, prepare});

}  // namespace

}  // namespace espalier::bench
