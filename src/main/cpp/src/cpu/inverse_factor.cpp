#include "cpu/panels.hpp"
#include "cpu/threads.hpp"
#include "cpu/triangular.hpp"
#include "kernels.hpp"

namespace espalier::cpu::ESPALIER_ISA {

// Write M' for the reflection of M in its anti-diagonal, m'[i][j] = m[n-1-j][n-1-i]: it keeps upper
// triangles upper and reverses products. With H' = R^T R (Cholesky), H = R' R'^T, so
// H^-1 = U^T U for U = R'^-1, which is upper. As (R^-1)' is R^-T with both axes reversed, it is
// enough to solve R^T X = I; Cholesky's block rows solve R^T X = H' with the same code.

namespace {

/** The matrices of a factorisation, padded so that panels of both precisions tile them. */
struct Storage {
  Storage(const esp_matrix& h, esp_dtype precision, Workspace& workspace) {
    const int64_t size = padded(h.rows, Panels<float>::width);
    factor = take_panels<float>(workspace, size, size);
    if (precision == ESP_F64) {
      wide = take_panels<double>(workspace, size, size);
      // The inverse is taken when the f64 factor is no longer needed.
      inverse = {reinterpret_cast<float*>(wide.data), size};
    } else {
      inverse = take_panels<float>(workspace, size, size);
    }
  }

  Panels<double> wide{};
  Panels<float> factor;
  Panels<float> inverse;
};

/** diag H with 1 for the dead columns, which it marks. */
struct Diagonal {
  const esp_matrix& h;

  float raw(int64_t j) const { return static_cast<const float*>(h.data)[j * h.row_stride + j]; }
  double at(int64_t j) const { return raw(j) == 0 ? 1 : static_cast<double>(raw(j)); }

  double mean() const {
    double sum = 0;
    for (int64_t j = 0; j < h.rows; ++j) sum += at(j);
    return sum / static_cast<double>(h.rows);
  }

  /** The first column whose diagonal is NaN or infinite, or -1. */
  int64_t first_not_finite() const {
    for (int64_t j = 0; j < h.rows; ++j) {
      if (!(raw(j) - raw(j) == 0)) return j;
    }
    return -1;
  }
};

/** The upper triangle of (H + damp I)', with the identity in the padding. */
template <class T>
void load_reflected(const Diagonal& diagonal, double damp, Panels<T> a) {
  constexpr int64_t width = Panels<T>::width;
  const esp_matrix& h = diagonal.h;
  const int64_t n = h.rows;
  const float* data = static_cast<const float*>(h.data);
#pragma omp parallel for num_threads(threads_for_operations(8 * n * n)) schedule(dynamic)
  for (int64_t panel = 0; panel < a.rows / width; ++panel) {
    for (int64_t j = panel * width; j < (panel + 1) * width; ++j) {
      const float* row = j < n ? data + (n - 1 - j) * h.row_stride : nullptr;
      T* to = a.at(0, j);
      for (int64_t i = 0; i < (panel + 1) * width; ++i) {
        to[i * width] = static_cast<T>(j < n && i <= j ? row[n - 1 - i] : 0.0F);
      }
      to[j * width] = static_cast<T>(j < n ? diagonal.at(n - 1 - j) + damp : 1.0);
    }
  }
}

/** The upper triangle of `wide` in single precision. */
void narrow(Panels<double> wide, Panels<float> single) {
  constexpr int64_t width = Panels<float>::width;
  constexpr int64_t half = Panels<double>::width;
#pragma omp parallel for num_threads(threads_for_operations(8 * single.rows * single.rows)) \
    schedule(dynamic)
  for (int64_t panel = 0; panel < single.rows / width; ++panel) {
    const int64_t j = panel * width;
    for (int64_t i = 0; i < j + width; ++i) {
      float* to = single.at(i, j);
      const double* left = wide.at(i, j);
      const double* right = wide.at(i, j + half);
      for (int64_t l = 0; l < half; ++l) to[l] = static_cast<float>(left[l]);
      for (int64_t l = 0; l < half; ++l) to[half + l] = static_cast<float>(right[l]);
    }
  }
}

/** U[i][j] = x[n-1-i][n-1-j] for j >= i, zeros below. */
void store_reversed(Panels<float> x, const esp_matrix& u) {
  constexpr int64_t width = Panels<float>::width;
  const int64_t n = u.rows;
#pragma omp parallel for num_threads(threads_for_operations(8 * n * n)) schedule(dynamic, 16)
  for (int64_t i = 0; i < n; ++i) {
    float* row = static_cast<float*>(u.data) + i * u.row_stride;
    for (int64_t j = 0; j < i; ++j) row[j] = 0;
    for (int64_t begin = 0; begin <= n - 1 - i; begin += width) {
      const float* from = x.at(n - 1 - i, begin);
      const int64_t count = least(width, n - i - begin);
      for (int64_t l = 0; l < count; ++l) row[n - 1 - begin - l] = from[l];
    }
  }
}

}  // namespace

size_t inverse_factor_workspace(const esp_matrix& h, esp_dtype precision) {
  Workspace workspace(nullptr);
  Storage(h, precision, workspace);
  return workspace.used();
}

int64_t inverse_factor(const esp_matrix& h, double damping, esp_dtype precision,
                       const esp_matrix& dead, const Execution& run) {
  const int64_t n = h.rows;
  const Diagonal diagonal{h};
  uint8_t* is_dead = static_cast<uint8_t*>(dead.data);
  for (int64_t j = 0; j < n; ++j) is_dead[j] = diagonal.raw(j) == 0;
  const int64_t not_finite = diagonal.first_not_finite();
  if (not_finite >= 0) return not_finite;

  Workspace workspace(run.workspace);
  const Storage storage(h, precision, workspace);
  const double damp = damping * diagonal.mean();
  int64_t failed;
  if (precision == ESP_F64) {
    load_reflected(diagonal, damp, storage.wide);
    failed = cholesky(storage.wide);
    if (failed < 0) narrow(storage.wide, storage.factor);
  } else {
    load_reflected(diagonal, damp, storage.factor);
    failed = cholesky(storage.factor);
  }
  if (failed >= 0) return n - 1 - failed;

  invert_transposed(storage.factor, storage.inverse);
  store_reversed(storage.inverse, h);
  return -1;
}

}  // namespace espalier::cpu::ESPALIER_ISA
