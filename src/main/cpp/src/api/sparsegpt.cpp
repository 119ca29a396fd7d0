#include <cmath>

#include "api/check.hpp"
#include "api/device.hpp"
#include "espalier/espalier.h"

using namespace espalier;
using namespace espalier::api;

namespace {

constexpr std::initializer_list<esp_dtype> input_dtypes = {ESP_F32, ESP_F16, ESP_BF16};

bool is_precision(esp_dtype dtype) { return dtype == ESP_F32 || dtype == ESP_F64; }

bool is_block(int64_t cols) { return cols >= 1 && cols <= 1024; }

/** What both sweeps share. */
void check_sweep(const esp_matrix* w, const esp_matrix* u, int64_t block_cols,
                 const esp_matrix* loss) {
  check_matrix(w, "w", {ESP_F32});
  check_shape(u, "u", w->cols, w->cols, {ESP_F32});
  require(is_block(block_cols), "block_cols is not in 1..1024");
  if (loss != nullptr) check_shape(loss, "loss", w->rows, 1, {ESP_F64});
}

}  // namespace

esp_status esp_accumulate_hessian(const esp_matrix* x, double alpha, const esp_matrix* h,
                                  void* workspace, size_t workspace_bytes, void* stream) {
  return guarded("accumulate_hessian", [&] {
    check_matrix(x, "x", input_dtypes);
    check_shape(h, "h", x->cols, x->cols, {ESP_F32});
    require(std::isfinite(alpha), "alpha is not finite");
    const Device device({{x, "x"}, {h, "h"}});
    check_workspace(workspace, workspace_bytes, device->accumulate_hessian_workspace(*x));
    device->accumulate_hessian(*x, alpha, *h, {workspace, workspace_bytes, stream});
  });
}

size_t esp_accumulate_hessian_workspace_bytes(const esp_matrix* x) {
  if (!can_size(x, input_dtypes) || !can_size_square(x->cols)) return 0;
  return kernels_of(x->device)->accumulate_hessian_workspace(*x);
}

esp_dtype esp_factor_precision(int32_t device) { return has_fast_f64(device) ? ESP_F64 : ESP_F32; }

esp_status esp_inverse_factor(const esp_matrix* h, double damping, esp_dtype precision,
                              const esp_matrix* dead, int64_t* failed_pivot, void* workspace,
                              size_t workspace_bytes, void* stream) {
  return guarded("inverse_factor", [&] {
    check_matrix(h, "h", {ESP_F32});
    check_shape(h, "h", h->rows, h->rows, {ESP_F32});
    require(std::isfinite(damping) && damping >= 0, "damping is negative or not finite");
    require(is_precision(precision), "precision is neither f32 nor f64");
    check_shape(dead, "dead", 1, h->rows, {ESP_U8});
    require(failed_pivot != nullptr, "failed_pivot is NULL");
    const Device device({{h, "h"}, {dead, "dead"}});
    check_workspace(workspace, workspace_bytes, device->inverse_factor_workspace(*h, precision));
    *failed_pivot =
        device->inverse_factor(*h, damping, precision, *dead, {workspace, workspace_bytes, stream});
    if (*failed_pivot >= 0) {
      throw Error{ESP_NUMERICAL_ERROR, "h + damp I is not positive definite: the pivot of column " +
                                           std::to_string(*failed_pivot) +
                                           " is not positive and finite"};
    }
  });
}

size_t esp_inverse_factor_workspace_bytes(const esp_matrix* h, esp_dtype precision) {
  if (!can_size(h, {ESP_F32}) || h->rows != h->cols || !is_precision(precision)) return 0;
  return kernels_of(h->device)->inverse_factor_workspace(*h, precision);
}

esp_status esp_sparsegpt_sweep(const esp_matrix* w, const esp_matrix* u, double sparsity,
                               esp_rounding rounding, int64_t block_cols, const esp_matrix* loss,
                               void* workspace, size_t workspace_bytes, void* stream) {
  return guarded("sparsegpt_sweep", [&] {
    check_sweep(w, u, block_cols, loss);
    require(rounding == ESP_EXACT || rounding == ESP_PUBLISHED, "rounding is unknown");
    require(sparsity >= 0 && sparsity <= 1, "sparsity is not in [0, 1]");
    require(sparsity < 1 || rounding == ESP_EXACT, "published rounding needs a sparsity below 1");
    const Device device({{w, "w"}, {u, "u"}, {loss, "loss"}});
    check_workspace(workspace, workspace_bytes, device->sparsegpt_sweep_workspace(*w, block_cols));
    device->sparsegpt_sweep(*w, *u, sparsity, rounding, block_cols, loss,
                            {workspace, workspace_bytes, stream});
  });
}

esp_status esp_sparsegpt_sweep_n_of_m(const esp_matrix* w, const esp_matrix* u, int64_t keep,
                                      int64_t group, int64_t block_cols, const esp_matrix* loss,
                                      void* workspace, size_t workspace_bytes, void* stream) {
  return guarded("sparsegpt_sweep_n_of_m", [&] {
    check_sweep(w, u, block_cols, loss);
    require(group >= 2 && group <= 64, "group is not in 2..64");
    require(keep > 0 && keep < group, "keep is not between 0 and group");
    require(w->cols % group == 0, "group does not divide the columns of w");
    require(block_cols % group == 0, "group does not divide block_cols");
    const Device device({{w, "w"}, {u, "u"}, {loss, "loss"}});
    check_workspace(workspace, workspace_bytes, device->sparsegpt_sweep_workspace(*w, block_cols));
    device->sparsegpt_sweep_n_of_m(*w, *u, keep, group, block_cols, loss,
                                   {workspace, workspace_bytes, stream});
  });
}

size_t esp_sparsegpt_sweep_workspace_bytes(const esp_matrix* w, int64_t block_cols) {
  if (!can_size(w, {ESP_F32}) || !can_size_square(w->cols) || !is_block(block_cols)) return 0;
  return kernels_of(w->device)->sparsegpt_sweep_workspace(*w, block_cols);
}
