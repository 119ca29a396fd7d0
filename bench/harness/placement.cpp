#include "placement.hpp"

namespace espalier::bench {

Placement::Placement(const Problem& problem, Device& device, int copies)
    : problem_(problem), device_(device) {
  const auto allocate = [&](size_t bytes) {
    buffers_.push_back(device.allocate(bytes));
    return buffers_.back().get();
  };
  const auto place = [&](const Tensor& tensor) {
    void* memory = allocate(tensor.bytes());
    device.copy(memory, tensor.data(), tensor.bytes());
    return memory;
  };

  Operands shared;
  for (const Tensor& read : problem.reads) {
    shared.reads.push_back(read.view(place(read), device.ordinal()));
  }
  for (const Tensor& write : problem.writes) pristine_.push_back(place(write));
  for (int copy = 0; copy < copies; ++copy) {
    operands_.push_back(shared);
    for (const Tensor& write : problem.writes) {
      operands_.back().writes.push_back(write.view(allocate(write.bytes()), device.ordinal()));
    }
  }
  const size_t bytes = problem.workspace_bytes(operands_[0]);
  void* workspace = bytes > 0 ? allocate(bytes) : nullptr;
  for (Operands& operands : operands_) {
    operands.workspace = workspace;
    operands.workspace_bytes = bytes;
  }
  restore();
}

void Placement::restore() {
  for (Operands& operands : operands_) {
    for (size_t k = 0; k < pristine_.size(); ++k) {
      device_.copy(operands.writes[k].data, pristine_[k], problem_.writes[k].bytes());
    }
  }
}

Results Placement::results() const {
  Results results;
  results.numbers = operands_[0].numbers;
  for (size_t k = 0; k < pristine_.size(); ++k) {
    const Tensor& like = problem_.writes[k];
    Tensor result(like.dtype(), like.rows(), like.cols());
    device_.copy(result.data(), operands_[0].writes[k].data, result.bytes());
    results.writes.push_back(result);
  }
  return results;
}

}  // namespace espalier::bench
