/**
 * @file view.hpp
 * Typed matrix views; part of espalier.hpp.
 */
#ifndef ESPALIER_VIEW_HPP
#define ESPALIER_VIEW_HPP

#include <cstdint>
#include <type_traits>

#include "espalier/dtype.hpp"
#include "espalier/error.hpp"
#include "espalier/espalier.h"

namespace espalier {

/** The device of memory that the CPU reads; others are CUDA ordinals. */
inline constexpr std::int32_t cpu = -1;

/**
 * A row-major matrix of T in memory that someone else owns: element (i, j) is data[i * row_stride +
 * j]. Of `const T` it is an operand that is only read.
 */
template <class T>
class View {
 public:
  /** Rows that follow each other without a gap, on the CPU. */
  View(T* data, std::int64_t rows, std::int64_t cols) noexcept : View(data, rows, cols, cols) {}

  /** @param row_stride elements from one row to the next, at least `cols` */
  View(T* data, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
       std::int32_t device = cpu) noexcept
      : matrix_{const_cast<std::remove_const_t<T>*>(data),  // only an Input hands a const T out
                rows,
                cols,
                row_stride,
                dtype_of<std::remove_const_t<T>>::value,
                device} {}

  /** The first element. */
  T* data() const noexcept { return static_cast<T*>(matrix_.data); }
  std::int64_t rows() const noexcept { return matrix_.rows; }
  std::int64_t cols() const noexcept { return matrix_.cols; }
  /** In elements. */
  std::int64_t row_stride() const noexcept { return matrix_.row_stride; }
  /** `cpu`, or a CUDA ordinal. */
  std::int32_t device() const noexcept { return matrix_.device; }

  /** As an operand that may be written. */
  template <class U = T, std::enable_if_t<!std::is_const_v<U>, int> = 0>
  operator esp_matrix() const noexcept {
    return matrix_;
  }

 private:
  friend class Input;
  esp_matrix matrix_;
};

/** An operand that is only read: a view, typed or not. */
class Input {
 public:
  Input(const esp_matrix& matrix) noexcept : matrix_(matrix) {}
  template <class T>
  Input(const View<T>& view) noexcept : matrix_(view.matrix_) {}

  const esp_matrix& matrix() const noexcept { return matrix_; }

 private:
  esp_matrix matrix_;
};

namespace detail {

/**
 * An array library's tensor as a matrix; one of one dimension is a single row.
 * @param strides in elements, or NULL for a compact tensor
 */
inline esp_matrix strided_view(void* data, std::int64_t dimensions, const std::int64_t* shape,
                               const std::int64_t* strides, esp_dtype dtype, std::int32_t device) {
  const auto require = [](bool condition, const char* text) {
    if (!condition) throw Error(ESP_INVALID_ARGUMENT, "view", text);
  };
  require(dimensions == 1 || dimensions == 2, "a tensor has neither one nor two dimensions");
  const std::int64_t rows = dimensions == 2 ? shape[0] : 1;
  const std::int64_t cols = shape[dimensions - 1];
  if (strides == nullptr) return {data, rows, cols, cols, dtype, device};

  require(cols <= 1 || strides[dimensions - 1] == 1,
          "a tensor's columns are not next to each other: it needs to be made contiguous");
  // A single row is as long as its columns, whatever its stride says.
  const std::int64_t row_stride = rows > 1 ? strides[0] : cols;
  require(row_stride >= cols,
          "a tensor's rows overlap or run backwards: it needs to be made contiguous");
  return {data, rows, cols, row_stride, dtype, device};
}

}  // namespace detail

}  // namespace espalier

#endif
