#include <cmath>
#include <string>

#include "api/check.hpp"
#include "cpu/isa.hpp"
#include "espalier/espalier.h"

using namespace espalier;
using namespace espalier::api;

esp_status esp_accumulate_squares(const esp_matrix* x, const esp_matrix* acc, void* workspace,
                                  size_t workspace_bytes, void* /*stream*/) {
  return guarded("accumulate_squares", [&] {
    check_matrix(x, "x", {ESP_F32, ESP_F16, ESP_BF16});
    check_shape(acc, "acc", 1, x->cols, {ESP_F64});
    check_same_device(*x, *acc, "x", "acc");
    require_cpu(*x);
    const cpu::Kernels& kernels = cpu::kernels();
    check_workspace(workspace, workspace_bytes, kernels.accumulate_squares_workspace(*x));
    kernels.accumulate_squares(*x, static_cast<double*>(acc->data), workspace);
  });
}

size_t esp_accumulate_squares_workspace_bytes(const esp_matrix* x) {
  if (x == nullptr || x->device >= 0 || x->rows < 1 || x->cols < 1) return 0;
  return cpu::kernels().accumulate_squares_workspace(*x);
}

esp_status esp_score_summary(const esp_matrix* weights, const esp_matrix* scales, int32_t matrices,
                             double outlier_multiple, esp_score_summary_result* result,
                             void* workspace, size_t workspace_bytes, void* /*stream*/) {
  return guarded("score_summary", [&] {
    require(matrices >= 1, "matrices is less than 1");
    require(weights != nullptr, "weights is NULL");
    for (int32_t m = 0; m < matrices; ++m) {
      const std::string index = "[" + std::to_string(m) + "]";
      const std::string w = "weights" + index, s = "scales" + index;
      check_matrix(&weights[m], w.c_str(), {ESP_F32, ESP_F16, ESP_BF16});
      check_same_device(weights[0], weights[m], "weights[0]", w.c_str());
      if (scales == nullptr) continue;
      check_shape(&scales[m], s.c_str(), 1, weights[m].cols, {ESP_F32});
      check_same_device(weights[m], scales[m], w.c_str(), s.c_str());
    }
    // Written so that NaN fails.
    require(outlier_multiple >= 0 && std::isfinite(outlier_multiple),
            "outlier_multiple is negative or not finite");
    require(result != nullptr, "result is NULL");
    require_cpu(weights[0]);
    const cpu::Kernels& kernels = cpu::kernels();
    check_workspace(workspace, workspace_bytes, kernels.score_summary_workspace(weights, matrices));
    kernels.score_summary(weights, scales, matrices, outlier_multiple, *result, workspace);
  });
}

size_t esp_score_summary_workspace_bytes(const esp_matrix* weights, int32_t matrices) {
  if (weights == nullptr || matrices < 1) return 0;
  for (int32_t m = 0; m < matrices; ++m) {
    if (weights[m].device >= 0 || weights[m].rows < 1 || weights[m].cols < 1) return 0;
  }
  return cpu::kernels().score_summary_workspace(weights, matrices);
}

esp_status esp_count_zeros(const esp_matrix* w, int64_t* zeros, void* /*stream*/) {
  return guarded("count_zeros", [&] {
    check_matrix(w, "w", {ESP_F32, ESP_F16, ESP_BF16});
    require(zeros != nullptr, "zeros is NULL");
    require_cpu(*w);
    *zeros = cpu::kernels().count_zeros(*w);
  });
}
