/* espalier.h in plain C11, and what version 1 of the ABI promises for as long as there is one: a
   change that does not compile here is one that ESP_ABI_VERSION has to be raised for. */
#include <stddef.h>
#include <string.h>

#include "espalier/espalier.h"

#define FIELD(type, field, kind, at)                                            \
  _Static_assert(offsetof(type, field) == (at), #type "." #field " has moved"); \
  _Static_assert(_Generic(((type*)0)->field, kind : 1, default : 0),            \
                 #type "." #field " is no " #kind)
#define VALUE(name, value) _Static_assert(name == (value), #name " has another value")

VALUE(ESP_ABI_VERSION, 1);

/* Arrays of views are passed: not even the size may grow. */
_Static_assert(sizeof(esp_matrix) == 40, "esp_matrix has another size");
FIELD(esp_matrix, data, void*, 0);
FIELD(esp_matrix, rows, int64_t, 8);
FIELD(esp_matrix, cols, int64_t, 16);
FIELD(esp_matrix, row_stride, int64_t, 24);
FIELD(esp_matrix, dtype, esp_dtype, 32);
FIELD(esp_matrix, device, int32_t, 36);

/* May grow at its end. */
_Static_assert(sizeof(esp_score_summary_result) >= 64, "esp_score_summary_result has shrunk");
FIELD(esp_score_summary_result, struct_size, size_t, 0);
FIELD(esp_score_summary_result, count, int64_t, 8);
FIELD(esp_score_summary_result, outliers, int64_t, 16);
FIELD(esp_score_summary_result, sum, double, 24);
FIELD(esp_score_summary_result, mean, double, 32);
FIELD(esp_score_summary_result, median, double, 40);
FIELD(esp_score_summary_result, standard_deviation, double, 48);
FIELD(esp_score_summary_result, max, double, 56);

VALUE(ESP_OK, 0);
VALUE(ESP_INVALID_ARGUMENT, -1);
VALUE(ESP_UNSUPPORTED, -2);
VALUE(ESP_OUT_OF_MEMORY, -3);
VALUE(ESP_CUDA_ERROR, -4);
VALUE(ESP_NUMERICAL_ERROR, -5);
VALUE(ESP_INTERNAL_ERROR, -6);
VALUE(ESP_F32, 0);
VALUE(ESP_F16, 1);
VALUE(ESP_BF16, 2);
VALUE(ESP_F64, 3);
VALUE(ESP_U8, 4);
VALUE(ESP_I64, 5);
VALUE(ESP_EXACT, 0);
VALUE(ESP_PUBLISHED, 1);
_Static_assert(sizeof(esp_status) == 4 && sizeof(esp_dtype) == 4 && sizeof(esp_rounding) == 4,
               "an enumeration has another size");

/* Every function, under the types that programs have been compiled with. */
static const struct {
  int32_t (*abi_version)(void);
  const char* (*version)(void);
  const char* (*last_error)(void);
  int32_t (*cuda_device_count)(void);
  esp_status (*check_cuda)(void);
  esp_status (*check_cuda_device)(int32_t);
  esp_status (*set_num_threads)(int32_t);
  int32_t (*num_threads)(void);
  const char* (*cpu_isa)(void);
  esp_status (*set_cpu_isa)(const char*);
  esp_status (*accumulate_squares)(const esp_matrix*, const esp_matrix*, void*, size_t, void*);
  size_t (*accumulate_squares_workspace_bytes)(const esp_matrix*);
  esp_status (*accumulate_hessian)(const esp_matrix*, double, const esp_matrix*, void*, size_t,
                                   void*);
  size_t (*accumulate_hessian_workspace_bytes)(const esp_matrix*);
  esp_dtype (*factor_precision)(int32_t);
  esp_status (*inverse_factor)(const esp_matrix*, double, esp_dtype, const esp_matrix*, int64_t*,
                               void*, size_t, void*);
  size_t (*inverse_factor_workspace_bytes)(const esp_matrix*, esp_dtype);
  esp_status (*sparsegpt_sweep)(const esp_matrix*, const esp_matrix*, double, esp_rounding, int64_t,
                                const esp_matrix*, void*, size_t, void*);
  esp_status (*sparsegpt_sweep_n_of_m)(const esp_matrix*, const esp_matrix*, int64_t, int64_t,
                                       int64_t, const esp_matrix*, void*, size_t, void*);
  size_t (*sparsegpt_sweep_workspace_bytes)(const esp_matrix*, int64_t);
  esp_status (*prune_rows_smallest)(const esp_matrix*, const esp_matrix*, double, esp_rounding,
                                    void*, size_t, void*);
  size_t (*prune_rows_smallest_workspace_bytes)(const esp_matrix*);
  esp_status (*prune_matrix_smallest)(const esp_matrix*, double, esp_rounding, void*, size_t,
                                      void*);
  size_t (*prune_matrix_smallest_workspace_bytes)(const esp_matrix*);
  esp_status (*prune_n_of_m)(const esp_matrix*, const esp_matrix*, int64_t, int64_t, void*);
  esp_status (*score_summary)(const esp_matrix*, const esp_matrix*, int32_t, double,
                              esp_score_summary_result*, void*, size_t, void*);
  size_t (*score_summary_workspace_bytes)(const esp_matrix*, int32_t);
  esp_status (*count_zeros)(const esp_matrix*, int64_t*, void*, size_t, void*);
  size_t (*count_zeros_workspace_bytes)(const esp_matrix*);
} library = {
    esp_abi_version,
    esp_version,
    esp_last_error,
    esp_cuda_device_count,
    esp_check_cuda,
    esp_check_cuda_device,
    esp_set_num_threads,
    esp_num_threads,
    esp_cpu_isa,
    esp_set_cpu_isa,
    esp_accumulate_squares,
    esp_accumulate_squares_workspace_bytes,
    esp_accumulate_hessian,
    esp_accumulate_hessian_workspace_bytes,
    esp_factor_precision,
    esp_inverse_factor,
    esp_inverse_factor_workspace_bytes,
    esp_sparsegpt_sweep,
    esp_sparsegpt_sweep_n_of_m,
    esp_sparsegpt_sweep_workspace_bytes,
    esp_prune_rows_smallest,
    esp_prune_rows_smallest_workspace_bytes,
    esp_prune_matrix_smallest,
    esp_prune_matrix_smallest_workspace_bytes,
    esp_prune_n_of_m,
    esp_score_summary,
    esp_score_summary_workspace_bytes,
    esp_count_zeros,
    esp_count_zeros_workspace_bytes,
};

static int has(const char* text, const char* part) { return strstr(text, part) != NULL; }

int main(void) {
  float w[4] = {0.0F, 1.0F, -0.0F, 2.0F};
  esp_matrix m = {w, 2, 2, 2, ESP_F32, -1};
  int64_t zeros = 0;
  if (library.abi_version() != ESP_ABI_VERSION || strlen(library.version()) == 0) return 1;
  if (library.count_zeros(&m, &zeros, NULL, 0, NULL) != ESP_OK || zeros != 2) return 2;
  if (library.count_zeros(NULL, &zeros, NULL, 0, NULL) != ESP_INVALID_ARGUMENT) return 3;
  if (strlen(library.last_error()) == 0) return 4;
  if (library.prune_rows_smallest(&m, NULL, 0.5, (esp_rounding)7, NULL, 0, NULL) !=
          ESP_INVALID_ARGUMENT ||
      !has(library.last_error(), "rounding")) {
    return 5;
  }
  /* Who forgets struct_size learns of it. */
  esp_score_summary_result result = {0};
  if (library.score_summary(&m, NULL, 1, 5, &result, NULL, 0, NULL) != ESP_INVALID_ARGUMENT ||
      !has(library.last_error(), "struct_size")) {
    return 6;
  }
  return 0;
}
