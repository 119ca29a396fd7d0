#include "inputs.hpp"
#include "op.hpp"

namespace espalier::bench {

namespace {

/** Symmetric bit for bit. */
Verdict symmetric(const Tensor& h) {
  int64_t differ = 0;
  for (int64_t i = 0; i < h.rows(); ++i) {
    for (int64_t j = 0; j < i; ++j) differ += h.at(i * h.cols() + j) != h.at(j * h.cols() + i);
  }
  return {differ == 0, differ == 0 ? "symmetric" : std::to_string(differ) + " pairs asymmetric"};
}

Problem prepare(const Point& point) {
  const Tensor x = activations(point.rows, point.cols, point.dtype);
  const Tensor h(ESP_F32, point.cols, point.cols);
  Problem problem;
  problem.reads = {x};
  problem.writes = {h};
  problem.workspace_bytes = [](const Operands& on) {
    return esp_accumulate_hessian_workspace_bytes(&on.reads[0]);
  };
  problem.call = [](Operands& on) {
    return esp_accumulate_hessian(&on.reads[0], 2, &on.writes[0], on.workspace, on.workspace_bytes,
                                  on.stream);
  };
  problem.compare = [](const Results& got, const Results& twin) {
    return both(at_most("Frobenius", relative_norm(got.writes[0], twin.writes[0]), 2e-5),
                symmetric(got.writes[0]));
  };
  problem.work.bytes = bytes_of(x) + 2 * bytes_of(h);
  problem.work.flops = static_cast<double>(x.size()) * static_cast<double>(point.cols + 1);
  return problem;
}

const Registration registration({"accumulate_hessian",
                                 "layer Hessian of activations, rows are tokens", storage_dtypes,
                                 Shape::rows_by_cols, Pruning::none, prepare});

}  // namespace

}  // namespace espalier::bench
