#include <algorithm>
#include <cmath>

#include "api/check.hpp"
#include "api/device.hpp"
#include "cpu/threads.hpp"
#include "espalier/espalier.h"

using namespace espalier;
using namespace espalier::api;

namespace {

constexpr std::initializer_list<esp_dtype> weight_dtypes = {ESP_F32, ESP_F16, ESP_BF16};

void check_weight(const esp_matrix* w) { check_matrix(w, "w", weight_dtypes); }

/** Checks s against w and gives its values, NULL for all ones. */
const float* check_scale(const esp_matrix* s, const esp_matrix& w) {
  if (s == nullptr) return nullptr;
  check_shape(s, "s", 1, w.cols, {ESP_F32});
  return static_cast<const float*>(s->data);
}

void check_sparsity(double sparsity, esp_rounding rounding) {
  // Written so that NaN fails.
  require(sparsity >= 0 && sparsity <= 1, "sparsity is not in [0, 1]");
  require(rounding == ESP_EXACT || rounding == ESP_PUBLISHED, "rounding is unknown");
}

int64_t exact_count(const esp_matrix& w, double sparsity) {
  return std::llround(static_cast<double>(w.rows * w.cols) * sparsity);
}

/** (int)(n * sparsity), as the published code counts. */
int64_t published_count(int64_t n, double sparsity) {
  return static_cast<int64_t>(static_cast<double>(n) * sparsity);
}

}  // namespace

esp_status esp_prune_rows_smallest(const esp_matrix* w, const esp_matrix* s, double sparsity,
                                   esp_rounding rounding, void* workspace, size_t workspace_bytes,
                                   void* stream) {
  return guarded("prune_rows_smallest", [&] {
    check_weight(w);
    const float* scale = check_scale(s, *w);
    check_sparsity(sparsity, rounding);
    const Device device({{w, "w"}, {s, "s"}});
    // One thread's share is enough to run: the number of threads may have grown since the size was
    // asked for.
    check_workspace(workspace, workspace_bytes, device->prune_rows_smallest_workspace(*w, 1));
    const int64_t total = rounding == ESP_EXACT ? exact_count(*w, sparsity)
                                                : w->rows * published_count(w->cols, sparsity);
    device->prune_rows_smallest(*w, scale, total, {workspace, workspace_bytes, stream});
  });
}

size_t esp_prune_rows_smallest_workspace_bytes(const esp_matrix* w) {
  if (!can_size(w, weight_dtypes)) return 0;
  return kernels_of(w->device)->prune_rows_smallest_workspace(*w, cpu::num_threads());
}

esp_status esp_prune_matrix_smallest(const esp_matrix* w, double sparsity, esp_rounding rounding,
                                     void* workspace, size_t workspace_bytes, void* stream) {
  return guarded("prune_matrix_smallest", [&] {
    check_weight(w);
    check_sparsity(sparsity, rounding);
    const bool published = rounding == ESP_PUBLISHED;
    require(!published || sparsity < 1, "sparsity is 1: the published rounding has no such entry");
    const Device device({{w, "w"}});
    check_workspace(workspace, workspace_bytes, device->prune_matrix_smallest_workspace(*w));
    const int64_t n = w->rows * w->cols;
    const int64_t count =
        published ? std::min(published_count(n, sparsity), n - 1) + 1 : exact_count(*w, sparsity);
    if (count > 0)
      device->prune_matrix_smallest(*w, count, published, {workspace, workspace_bytes, stream});
  });
}

size_t esp_prune_matrix_smallest_workspace_bytes(const esp_matrix* w) {
  if (!can_size(w, weight_dtypes)) return 0;
  return kernels_of(w->device)->prune_matrix_smallest_workspace(*w);
}

esp_status esp_prune_n_of_m(const esp_matrix* w, const esp_matrix* s, int64_t keep, int64_t group,
                            void* stream) {
  return guarded("prune_n_of_m", [&] {
    check_weight(w);
    const float* scale = check_scale(s, *w);
    require(group >= 2 && group <= 64, "group is not in 2..64");
    require(keep > 0 && keep < group, "keep is not in 1..group-1");
    if (w->cols % group != 0) {
      invalid("group " + std::to_string(group) + " does not divide the " + std::to_string(w->cols) +
              " columns of w");
    }
    const Device device({{w, "w"}, {s, "s"}});
    device->prune_n_of_m(*w, scale, static_cast<int>(keep), static_cast<int>(group),
                         {nullptr, 0, stream});
  });
}
