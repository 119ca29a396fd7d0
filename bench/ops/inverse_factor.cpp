#include "inputs.hpp"
#include "op.hpp"

namespace espalier::bench {

namespace {

Problem prepare(const Point& point) {
  const Tensor h = hessian(point.cols);
  const Tensor dead(ESP_U8, 1, point.cols);
  const esp_dtype precision = point.dtype;
  Problem problem;
  problem.writes = {h, dead};
  problem.workspace_bytes = [precision](const Operands& on) {
    return esp_inverse_factor_workspace_bytes(&on.writes[0], precision);
  };
  problem.call = [precision](Operands& on) {
    int64_t failed_pivot = -1;
    return esp_inverse_factor(&on.writes[0], 0.01, precision, &on.writes[1], &failed_pivot,
                              on.workspace, on.workspace_bytes, on.stream);
  };
  // In single precision each of the two is within 1e-4 of the exact factor.
  const double bound = precision == ESP_F64 ? 1e-5 : 2e-4;
  problem.compare = [bound](const Results& got, const Results& twin) {
    return both(at_most("Frobenius", relative_norm(got.writes[0], twin.writes[0]), bound),
                same_bits(got.writes[1], twin.writes[1]));
  };
  const auto n = static_cast<double>(point.cols);
  problem.work.bytes = n * (n + 1) / 2 * sizeof(float) + bytes_of(h) + bytes_of(dead);
  problem.work.flops = 2 * n * n * n / 3;
  return problem;
}

const Registration registration({"inverse_factor",
                                 "upper Cholesky factor of the inverse; dtype is the precision",
                                 {ESP_F64, ESP_F32},
                                 Shape::square,
                                 Pruning::none,
                                 prepare});

}  // namespace

}  // namespace espalier::bench
