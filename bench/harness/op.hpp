#pragma once

#include <functional>
#include <string>
#include <vector>

#include "point.hpp"
#include "tensor.hpp"
#include "verdict.hpp"

namespace espalier::bench {

/** The operands of one call, in the memory of the device under test. */
struct Operands {
  std::vector<esp_matrix> reads, writes;
  void* workspace = nullptr;
  size_t workspace_bytes = 0;
  void* stream = nullptr;
  std::vector<double> numbers; /**< what the call writes to host memory, for the comparison */
};

/** What a call left behind, in host memory. */
struct Results {
  std::vector<Tensor> writes;
  std::vector<double> numbers;
};

/** The least that an op has to do; README.md says how it is counted. */
struct Work {
  double bytes = 0; /**< moved from and to memory */
  double flops = 0; /**< 0 where arithmetic is not the point */
};

inline double bytes_of(const Tensor& tensor) { return static_cast<double>(tensor.bytes()); }

/** An op at one point of the axes: its inputs, the call, and what the result must be. */
struct Problem {
  std::vector<Tensor> reads;
  std::vector<Tensor> writes; /**< as they are before a call, which changes them */
  std::function<size_t(const Operands&)> workspace_bytes = [](const Operands&) { return 0; };
  std::function<esp_status(Operands&)> call;
  /** Judges the results against those of the CPU twin. */
  std::function<Verdict(const Results& got, const Results& twin)> compare;
  Work work;
};

/** What an op makes of --rows and --cols. */
enum class Shape { rows_by_cols, square /**< [cols, cols] */ };

/** What an op takes of --sparsity. */
enum class Pruning { none, share, n_of_m, either };

/** An operation of espalier.h, and the axes it has. */
struct Op {
  std::string name;
  std::string summary; /**< for --list */
  std::vector<esp_dtype> dtypes;
  Shape shape;
  Pruning pruning;
  Problem (*prepare)(const Point& point);

  bool takes(const Sparsity& sparsity) const {
    return pruning == Pruning::either ||
           pruning == (sparsity.n_of_m() ? Pruning::n_of_m : Pruning::share);
  }
};

/** All registered ops, by name. */
const std::vector<Op>& all_ops();

/** Makes an op known to the program: one static object in each file of ops/. */
struct Registration {
  explicit Registration(Op op);
};

/** The dtypes of weights and activations. */
inline const std::vector<esp_dtype> storage_dtypes = {ESP_F32, ESP_F16, ESP_BF16};

}  // namespace espalier::bench
