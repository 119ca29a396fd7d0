#include "inputs.hpp"
#include "op.hpp"

namespace espalier::bench {

namespace {

Problem prepare(const Point& point) {
  const Tensor w = weights(point.rows, point.cols, point.dtype);
  const Tensor s = norms(point.cols);
  const Sparsity pattern = *point.sparsity;
  Problem problem;
  problem.reads = {s};
  problem.writes = {w};
  problem.call = [pattern](Operands& on) {
    return esp_prune_n_of_m(&on.writes[0], &on.reads[0], pattern.keep, pattern.group, on.stream);
  };
  problem.compare = [](const Results& got, const Results& twin) {
    return same_bits(got.writes[0], twin.writes[0]);
  };
  problem.work.bytes = 2 * bytes_of(w) + bytes_of(s);
  return problem;
}

const Registration registration({"prune_n_of_m", "keeps the largest |w| s of every group",
                                 storage_dtypes, Shape::rows_by_cols, Pruning::n_of_m, prepare});

}  // namespace

}  // namespace espalier::bench
