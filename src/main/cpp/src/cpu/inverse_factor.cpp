#include "cpu/ops.hpp"
#include "cpu/panels.hpp"
#include "cpu/threads.hpp"
#include "cpu/triangular.hpp"

namespace espalier::cpu::ESPALIER_ISA {

// Write M' for the reflection of M in its anti-diagonal, m'[i][j] = m[n-1-j][n-1-i]: it keeps upper
// triangles upper and reverses products. With H' = R^T R (Cholesky), H = R' R'^T, so
// H^-1 = U^T U for U = R'^-1, which is upper. As (R^-1)' is R^-T with both axes reversed, it is
// enough to solve R^T X = I; Cholesky's block rows solve R^T X = H' with the same code.

namespace {

/** Columns are padded so that panels of both precisions tile them. */
int64_t padded_size(const esp_matrix& h) { return padded(h.rows, Panels<float>::width); }

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
#pragma omp parallel for num_threads(num_threads()) schedule(dynamic)
  for (int64_t panel = 0; panel < a.rows / width; ++panel) {
    for (int64_t j = panel * width; j < (panel + 1) * width; ++j) {
      const float* row = data + (n - 1 - j) * h.row_stride;
      T* to = a.at(0, j);
      for (int64_t i = 0; i < (panel + 1) * width; ++i) {
        to[i * width] = static_cast<T>(j < n && i <= j ? row[n - 1 - i] : 0.0F);
      }
      to[j * width] = static_cast<T>(j < n ? diagonal.at(n - 1 - j) + damp : 1.0);
    }
  }
}

/**
 * The same upper triangle in single precision. It takes the first half of the memory of `wide`: f32
 * panels have twice the columns of f64 panels in as many bytes, and panel p lies where panel p of
 * `wide` was, which is no longer needed once f32 panel p / 2 is made.
 */
Panels<float> narrow(Panels<double> wide) {
  constexpr int64_t half = Panels<double>::width;
  const Panels<float> single{reinterpret_cast<float*>(wide.data), wide.rows};
  for (int64_t j = 0; j < wide.rows; j += 2 * half) {
#pragma omp parallel for num_threads(num_threads()) schedule(static)
    for (int64_t i = 0; i < j + 2 * half; ++i) {
      double from[2 * half];
      float to[2 * half];
      std::memcpy(from, wide.at(i, j), half * sizeof(double));
      std::memcpy(from + half, wide.at(i, j + half), half * sizeof(double));
      for (int64_t l = 0; l < 2 * half; ++l) to[l] = static_cast<float>(from[l]);
      std::memcpy(single.at(i, j), to, sizeof to);
    }
  }
  return single;
}

/** U[i][j] = x[n-1-i][n-1-j] for j >= i, zeros below. */
void store_reversed(Panels<float> x, const esp_matrix& u) {
  constexpr int64_t width = Panels<float>::width;
  const int64_t n = u.rows;
#pragma omp parallel for num_threads(num_threads()) schedule(dynamic, 16)
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

size_t inverse_factor_workspace_bytes(const esp_matrix& h) {
  // One f64 matrix, or two f32 matrices: the factor and its inverse.
  Scratch scratch(nullptr);
  scratch.take_panels<double>(padded_size(h), padded_size(h));
  return scratch.used();
}

int64_t inverse_factor(const esp_matrix& h, double damping, esp_dtype precision,
                       const esp_matrix& dead, void* workspace) {
  const int64_t n = h.rows;
  const int64_t size = padded_size(h);
  const Diagonal diagonal{h};
  uint8_t* is_dead = static_cast<uint8_t*>(dead.data);
  for (int64_t j = 0; j < n; ++j) is_dead[j] = diagonal.raw(j) == 0;
  const int64_t not_finite = diagonal.first_not_finite();
  if (not_finite >= 0) return not_finite;

  const double damp = damping * diagonal.mean();
  Panels<float> factor{static_cast<float*>(workspace), size};
  int64_t failed;
  if (precision == ESP_F64) {
    const Panels<double> wide{static_cast<double*>(workspace), size};
    load_reflected(diagonal, damp, wide);
    failed = cholesky(wide);
    if (failed < 0) factor = narrow(wide);
  } else {
    load_reflected(diagonal, damp, factor);
    failed = cholesky(factor);
  }
  if (failed >= 0) return n - 1 - failed;

  const Panels<float> inverse{factor.data + size * size, size};
  invert_transposed(factor, inverse);
  store_reversed(inverse, h);
  return -1;
}

}  // namespace espalier::cpu::ESPALIER_ISA
