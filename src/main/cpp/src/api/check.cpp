#include "api/check.hpp"

#include <algorithm>

#include "api/device.hpp"
#include "espalier/dtype.hpp"

namespace espalier::api {

void invalid(const std::string& text) { throw Error{ESP_INVALID_ARGUMENT, text}; }

namespace {

/** More than any machine addresses; what is computed from it still has room in 64 bits. */
constexpr int64_t max_matrix_bytes = int64_t{1} << 56;

/** All of check_matrix but for the memory. */
void check_shape_and_type(const esp_matrix* m, const char* name,
                          std::initializer_list<esp_dtype> dtypes) {
  const std::string n = name;
  if (m == nullptr) invalid(n + " is NULL");
  if (std::find(dtypes.begin(), dtypes.end(), m->dtype) == dtypes.end()) {
    std::string allowed;
    for (esp_dtype d : dtypes)
      allowed += (allowed.empty() ? "" : ", ") + std::string(dtype_name(d));
    invalid(n + " has dtype " + dtype_name(m->dtype) + ", expected " + allowed);
  }
  if (m->rows < 1 || m->cols < 1) {
    invalid(n + " has shape " + std::to_string(m->rows) + " x " + std::to_string(m->cols) +
            ", expected at least 1 x 1");
  }
  if (m->row_stride < m->cols) {
    invalid(n + " has row_stride " + std::to_string(m->row_stride) + ", less than its " +
            std::to_string(m->cols) + " columns");
  }
  const int64_t size = static_cast<int64_t>(element_size(m->dtype));
  if (m->row_stride > max_matrix_bytes / size / m->rows) {
    invalid(n + " is larger than memory can be");
  }
  if (m->device < -1) invalid(n + " has device " + std::to_string(m->device));
}

}  // namespace

void check_matrix(const esp_matrix* m, const char* name, std::initializer_list<esp_dtype> dtypes) {
  check_shape_and_type(m, name, dtypes);
  const std::string n = name;
  if (m->data == nullptr) invalid(n + " has no data");
  if (reinterpret_cast<uintptr_t>(m->data) % element_size(m->dtype) != 0) {
    invalid(n + " is not aligned to its elements");
  }
}

void check_shape(const esp_matrix* m, const char* name, int64_t rows, int64_t cols,
                 std::initializer_list<esp_dtype> dtypes) {
  check_matrix(m, name, dtypes);
  if (m->rows != rows || m->cols != cols) {
    invalid(std::string(name) + " has shape " + std::to_string(m->rows) + " x " +
            std::to_string(m->cols) + ", expected " + std::to_string(rows) + " x " +
            std::to_string(cols));
  }
}

void check_workspace(const void* workspace, size_t given, size_t needed) {
  if (needed == 0) return;
  if (workspace == nullptr || given < needed) {
    invalid("the workspace has " + std::to_string(workspace == nullptr ? 0 : given) +
            " bytes, needs " + std::to_string(needed));
  }
  if (reinterpret_cast<uintptr_t>(workspace) % 64 != 0) {
    invalid("the workspace is not aligned to 64 bytes");
  }
}

bool can_size(const esp_matrix* m, std::initializer_list<esp_dtype> dtypes) noexcept {
  try {
    check_shape_and_type(m, "", dtypes);
    return kernels_of(m->device) != nullptr;
  } catch (...) {
    return false;
  }
}

bool can_size_square(int64_t n) noexcept {
  const esp_matrix square = {nullptr, n, n, n, ESP_F32, -1};
  return can_size(&square, {ESP_F32});
}

}  // namespace espalier::api
