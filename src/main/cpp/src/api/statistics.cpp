#include <cmath>
#include <string>

#include "api/check.hpp"
#include "api/device.hpp"
#include "espalier/espalier.h"

using namespace espalier;
using namespace espalier::api;

namespace {

constexpr std::initializer_list<esp_dtype> float_dtypes = {ESP_F32, ESP_F16, ESP_BF16};

/** The struct as it was in the first release of ABI version 1; it may have grown since. */
constexpr size_t first_summary_size =
    offsetof(esp_score_summary_result, max) + sizeof(esp_score_summary_result::max);

}  // namespace

esp_status esp_accumulate_squares(const esp_matrix* x, const esp_matrix* acc, void* workspace,
                                  size_t workspace_bytes, void* stream) {
  return guarded("accumulate_squares", [&] {
    check_matrix(x, "x", float_dtypes);
    check_shape(acc, "acc", 1, x->cols, {ESP_F64});
    const Device device({{x, "x"}, {acc, "acc"}});
    check_workspace(workspace, workspace_bytes, device->accumulate_squares_workspace(*x));
    device->accumulate_squares(*x, static_cast<double*>(acc->data),
                               {workspace, workspace_bytes, stream});
  });
}

size_t esp_accumulate_squares_workspace_bytes(const esp_matrix* x) {
  if (!can_size(x, float_dtypes)) return 0;
  return kernels_of(x->device)->accumulate_squares_workspace(*x);
}

esp_status esp_score_summary(const esp_matrix* weights, const esp_matrix* scales, int32_t matrices,
                             double outlier_multiple, esp_score_summary_result* result,
                             void* workspace, size_t workspace_bytes, void* stream) {
  return guarded("score_summary", [&] {
    require(matrices >= 1, "matrices is less than 1");
    require(weights != nullptr, "weights is NULL");
    for (int32_t m = 0; m < matrices; ++m) {
      const std::string index = "[" + std::to_string(m) + "]";
      const std::string w = "weights" + index, s = "scales" + index;
      check_matrix(&weights[m], w.c_str(), float_dtypes);
      if (scales == nullptr) continue;
      check_shape(&scales[m], s.c_str(), 1, weights[m].cols, {ESP_F32});
    }
    // Written so that NaN fails.
    require(outlier_multiple >= 0 && std::isfinite(outlier_multiple),
            "outlier_multiple is negative or not finite");
    check_result(result, first_summary_size);
    const Device device({{&weights[0], "weights[0]"}});
    for (int32_t m = 0; m < matrices; ++m) {
      const std::string index = "[" + std::to_string(m) + "]";
      device.require({&weights[m], ("weights" + index).c_str()});
      if (scales != nullptr) device.require({&scales[m], ("scales" + index).c_str()});
    }
    check_workspace(workspace, workspace_bytes, device->score_summary_workspace(weights, matrices));
    esp_score_summary_result found{};
    device->score_summary(weights, scales, matrices, outlier_multiple, found,
                          {workspace, workspace_bytes, stream});
    hand_out(found, *result);
  });
}

size_t esp_score_summary_workspace_bytes(const esp_matrix* weights, int32_t matrices) {
  if (weights == nullptr || matrices < 1) return 0;
  for (int32_t m = 0; m < matrices; ++m) {
    if (!can_size(&weights[m], float_dtypes) || weights[m].device != weights[0].device) return 0;
  }
  return kernels_of(weights[0].device)->score_summary_workspace(weights, matrices);
}

esp_status esp_count_zeros(const esp_matrix* w, int64_t* zeros, void* workspace,
                           size_t workspace_bytes, void* stream) {
  return guarded("count_zeros", [&] {
    check_matrix(w, "w", float_dtypes);
    require(zeros != nullptr, "zeros is NULL");
    const Device device({{w, "w"}});
    check_workspace(workspace, workspace_bytes, device->count_zeros_workspace(*w));
    *zeros = device->count_zeros(*w, {workspace, workspace_bytes, stream});
  });
}

size_t esp_count_zeros_workspace_bytes(const esp_matrix* w) {
  return can_size(w, float_dtypes) ? kernels_of(w->device)->count_zeros_workspace(*w) : 0;
}
