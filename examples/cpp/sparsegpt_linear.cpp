/**
 * Prunes a torch::nn::Linear to half its weights with SparseGPT, and by magnitude for comparison,
 * and prints how far each moves the layer's outputs.
 */
#include <torch/torch.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>

#include "espalier/espalier_torch.hpp"

namespace {

constexpr double sparsity = 0.5;
constexpr std::int64_t block_cols = 128;

/** The upper Cholesky factor of the damped inverse Hessian, more damping where it takes more. */
torch::Tensor inverse_factor(const torch::Tensor& hessian, const torch::Tensor& dead,
                             espalier::TorchContext& context) {
  for (double damping = 0.01;; damping *= 10) {
    try {
      torch::Tensor factor = hessian.clone();
      espalier::inverse_factor(espalier::view(factor), damping, ESP_F64, espalier::view(dead),
                               context.workspace(), context.stream());
      return factor;
    } catch (const espalier::NotPositiveDefinite& e) {
      if (damping >= 10) throw;
      std::fprintf(stderr, "%s; ten times the damping\n", e.what());
    }
  }
}

/** @param inputs [tokens, in_features], what the layer sees when it is used */
void prune_with_sparsegpt(torch::nn::Linear& linear, const torch::Tensor& inputs,
                          std::int64_t sequences) {
  torch::NoGradGuard no_grad;
  espalier::TorchContext context(linear->weight.device());
  const std::int64_t in_features = linear->weight.size(1);
  const auto on_device = torch::TensorOptions().device(linear->weight.device());

  const torch::Tensor hessian = torch::zeros({in_features, in_features}, on_device);
  espalier::accumulate_hessian(espalier::view(inputs), 2.0 / static_cast<double>(sequences),
                               espalier::view(hessian), context.workspace(), context.stream());

  const torch::Tensor dead = torch::zeros({in_features}, on_device.dtype(torch::kByte));
  const torch::Tensor factor = inverse_factor(hessian, dead, context);

  // The sweep works in f32, whatever the layer's own type.
  torch::Tensor weights = linear->weight.to(torch::kFloat, false, /*copy=*/true).contiguous();
  weights.masked_fill_(dead.to(torch::kBool), 0);
  espalier::sparsegpt_sweep(espalier::view(weights), espalier::view(factor), sparsity, ESP_EXACT,
                            block_cols, std::nullopt, context.workspace(), context.stream());
  linear->weight.copy_(weights);
}

void prune_by_magnitude(torch::nn::Linear& linear) {
  torch::NoGradGuard no_grad;
  espalier::TorchContext context(linear->weight.device());
  espalier::prune_matrix_smallest(espalier::view(linear->weight), sparsity, ESP_EXACT,
                                  context.workspace(), context.stream());
}

torch::nn::Linear copy_of(const torch::nn::Linear& linear) {
  torch::NoGradGuard no_grad;
  torch::nn::Linear copy(linear->options);
  copy->to(linear->weight.device());
  copy->weight.copy_(linear->weight);
  copy->bias.copy_(linear->bias);
  return copy;
}

/** Prints the pruned layer's sparsity, and returns its outputs' relative distance. */
double report(const char* method, torch::nn::Linear& pruned, const torch::Tensor& inputs,
              const torch::Tensor& outputs) {
  torch::NoGradGuard no_grad;
  espalier::TorchContext context(pruned->weight.device());
  const std::int64_t zeros =
      espalier::count_zeros(espalier::view(pruned->weight), context.workspace(), context.stream());
  const double distance = ((pruned(inputs) - outputs).norm() / outputs.norm()).item().to<double>();
  std::printf("%-10s %5.2f %% of the weights are zero, outputs move by %5.2f %%\n", method,
              100.0 * static_cast<double>(zeros) / static_cast<double>(pruned->weight.numel()),
              100.0 * distance);
  return distance;
}

}  // namespace

int main() try {
  torch::manual_seed(0);
  const bool cuda = torch::cuda::is_available() && espalier::cuda_device_count() > 0;
  const torch::Device device(cuda ? torch::kCUDA : torch::kCPU);
  constexpr std::int64_t sequences = 16, tokens = 64, in_features = 256, out_features = 384;

  torch::nn::Linear linear(in_features, out_features);
  linear->to(device);
  // Inputs whose features depend on each other, as a real layer's do.
  const torch::Tensor mixing = torch::randn({in_features, in_features}, device);
  const torch::Tensor inputs =
      torch::randn({sequences * tokens, in_features}, device).mul(0.3) +
      torch::randn({sequences * tokens, 32}, device).matmul(mixing.narrow(0, 0, 32));
  torch::NoGradGuard no_grad;
  const torch::Tensor outputs = linear(inputs);

  torch::nn::Linear by_magnitude = copy_of(linear);
  prune_by_magnitude(by_magnitude);
  prune_with_sparsegpt(linear, inputs, sequences);

  const double magnitude = report("magnitude", by_magnitude, inputs, outputs);
  const double sparsegpt = report("SparseGPT", linear, inputs, outputs);
  if (sparsegpt < magnitude) return 0;
  std::fprintf(stderr, "SparseGPT should have moved the outputs less\n");
  return 1;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
