#include "inputs.hpp"
#include "op.hpp"

namespace espalier::bench {

namespace {

/** Weights in f32 as a sweep gets them: zero where the input feature is dead. */
Tensor live_weights(const Point& point, const Tensor& dead) {
  Tensor w = weights(point.rows, point.cols, point.dtype);
  for (int64_t j = 0; j < point.cols; ++j) {
    if (dead.at(j) == 0) continue;
    for (int64_t i = 0; i < point.rows; ++i) w.set(i * point.cols + j, 0);
  }
  return w;
}

double sum(const Tensor& t) {
  double sum = 0;
  for (int64_t k = 0; k < t.size(); ++k) sum += t.at(k);
  return sum;
}

Problem prepare(const Point& point) {
  const InverseFactor factor = inverse_factor(point.cols);
  const Tensor w = live_weights(point, factor.dead);
  const Tensor loss(ESP_F64, point.rows, 1);
  const Sparsity sparsity = *point.sparsity;
  // 128 as in the published code, or what the group divides.
  const int64_t block = sparsity.n_of_m() ? 128 - 128 % sparsity.group : 128;
  Problem problem;
  problem.reads = {factor.u};
  problem.writes = {w, loss};
  problem.workspace_bytes = [block](const Operands& on) {
    return esp_sparsegpt_sweep_workspace_bytes(&on.writes[0], block);
  };
  problem.call = [sparsity, block](Operands& on) {
    if (sparsity.n_of_m()) {
      return esp_sparsegpt_sweep_n_of_m(&on.writes[0], &on.reads[0], sparsity.keep, sparsity.group,
                                        block, &on.writes[1], on.workspace, on.workspace_bytes,
                                        on.stream);
    }
    return esp_sparsegpt_sweep(&on.writes[0], &on.reads[0], sparsity.share, ESP_EXACT, block,
                               &on.writes[1], on.workspace, on.workspace_bytes, on.stream);
  };
  problem.compare = [](const Results& got, const Results& twin) {
    const double losses = relative_error(sum(got.writes[1]), sum(twin.writes[1]));
    return both(at_most("mask", mask_disagreement(got.writes[0], twin.writes[0]), 1e-4),
                at_most("loss", losses, 1e-4));
  };
  const auto cols = static_cast<double>(point.cols);
  problem.work.bytes = 2 * bytes_of(w) + cols * (cols + 1) / 2 * sizeof(float) + bytes_of(loss);
  problem.work.flops = static_cast<double>(w.size()) * (cols - 1);
  return problem;
}

const Registration registration({"sparsegpt_sweep",
                                 "SparseGPT's column sweep, unstructured or N:M",
                                 {ESP_F32},
                                 Shape::rows_by_cols,
                                 Pruning::either,
                                 prepare});

}  // namespace

}  // namespace espalier::bench
