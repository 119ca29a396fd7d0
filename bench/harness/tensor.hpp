#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "espalier/dtype.hpp"
#include "espalier/espalier.h"

namespace espalier::bench {

/** Memory aligned for any vector; throws std::bad_alloc. */
inline void* aligned_memory(size_t bytes) {
  void* memory = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (memory == nullptr && bytes > 0) throw std::bad_alloc();
  return memory;
}

/** A contiguous row-major matrix in host memory, zero at first. Copies share their elements. */
class Tensor {
 public:
  Tensor(esp_dtype dtype, int64_t rows, int64_t cols)
      : dtype_(dtype), rows_(rows), cols_(cols), data_(aligned_memory(bytes()), &std::free) {
    std::memset(data_.get(), 0, bytes());
  }

  esp_dtype dtype() const { return dtype_; }
  int64_t rows() const { return rows_; }
  int64_t cols() const { return cols_; }
  int64_t size() const { return rows_ * cols_; }
  size_t bytes() const { return static_cast<size_t>(size()) * element_size(dtype_); }
  void* data() { return data_.get(); }
  const void* data() const { return data_.get(); }

  /** As the library takes it, with its elements elsewhere or here (device -1). */
  esp_matrix view(void* data, int32_t device) const {
    return {data, rows_, cols_, cols_, dtype_, device};
  }
  esp_matrix view() const { return view(data_.get(), -1); }

  /** Element k in row-major order. */
  double at(int64_t k) const {
    switch (dtype_) {
      case ESP_F64:
        return as<double>()[k];
      case ESP_F32:
        return as<float>()[k];
      case ESP_F16:
        return to_float(as<f16>()[k]);
      case ESP_BF16:
        return to_float(as<bf16>()[k]);
      case ESP_U8:
        return as<uint8_t>()[k];
      case ESP_I64:
        return static_cast<double>(as<int64_t>()[k]);
    }
    return 0;
  }

  /** Rounds x to the dtype, which is a floating-point one. */
  void set(int64_t k, float x) {
    switch (dtype_) {
      case ESP_F64:
        as<double>()[k] = x;
        break;
      case ESP_F32:
        as<float>()[k] = x;
        break;
      case ESP_F16:
        as<f16>()[k] = to_f16(x);
        break;
      case ESP_BF16:
        as<bf16>()[k] = to_bf16(x);
        break;
      default:
        std::abort();
    }
  }

 private:
  template <class T>
  T* as() const {
    return static_cast<T*>(data_.get());
  }

  esp_dtype dtype_;
  int64_t rows_, cols_;
  std::shared_ptr<void> data_;
};

}  // namespace espalier::bench
