#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "espalier/espalier.h"
#include "half.hpp"

namespace espalier::bench {

inline size_t element_size(esp_dtype dtype) {
  switch (dtype) {
    case ESP_F64:
    case ESP_I64:
      return 8;
    case ESP_F32:
      return 4;
    case ESP_F16:
    case ESP_BF16:
      return 2;
    case ESP_U8:
      return 1;
  }
  return 0;
}

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
        return decode_f16(as<uint16_t>()[k]);
      case ESP_BF16:
        return decode_bf16(as<uint16_t>()[k]);
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
        as<uint16_t>()[k] = encode_f16(x);
        break;
      case ESP_BF16:
        as<uint16_t>()[k] = encode_bf16(x);
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
