#pragma once

#include "espalier/espalier.h"
#include "runtime.cuh"

/** Elements of activations and weights, how they become f32, and 16-byte accesses to them. */
namespace espalier::cuda {

struct F16 {
  uint16_t bits;
};
struct Bf16 {
  uint16_t bits;
};

__device__ inline float to_f32(float x) { return x; }
__device__ inline float to_f32(Bf16 x) {
  return __uint_as_float(static_cast<uint32_t>(x.bits) << 16);
}
__device__ inline float to_f32(F16 x) {
#ifdef __CUDACC__
  float f;
  asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(x.bits));
  return f;
#else
  return sim::f32_from_f16(x.bits);
#endif
}

/** Calls body(T{}) with the element type of a dtype among f32, f16 and bf16. */
template <class Body>
void with_element(esp_dtype dtype, const Body& body) {
  switch (dtype) {
    case ESP_F16:
      return body(F16{});
    case ESP_BF16:
      return body(Bf16{});
    default:
      return body(float{});
  }
}

/** `count` elements that are read and written in one access. */
template <class T, int count>
struct alignas(count * sizeof(T)) Pack {
  T at[count];
};

/** Elements of a 16-byte access. */
template <class T>
inline constexpr int wide = 16 / static_cast<int>(sizeof(T));

/** Whether every row of a view starts at a multiple of 16 bytes and is a whole number of them. */
inline bool is_wide(const esp_matrix& m, size_t element_bytes) {
  const auto bytes = static_cast<uintptr_t>(element_bytes);
  return (reinterpret_cast<uintptr_t>(m.data) | static_cast<uintptr_t>(m.row_stride) * bytes |
          static_cast<uintptr_t>(m.cols) * bytes) %
             16 ==
         0;
}

/** A matrix as kernels take it. */
template <class T>
struct View {
  T* data;
  int64_t rows, cols, stride;

  __host__ __device__ T* row(int64_t i) const { return data + i * stride; }
};

template <class T>
__host__ __device__ View<const T> read_only(const View<T>& m) {
  return {m.data, m.rows, m.cols, m.stride};
}

/** Whether every row starts at a multiple of 16 bytes. */
template <class T>
bool has_wide_rows(const View<T>& m) {
  const auto stride = static_cast<uintptr_t>(m.stride) * sizeof(T);
  return (reinterpret_cast<uintptr_t>(m.data) | stride) % 16 == 0;
}

template <class T>
View<T> view_of(const esp_matrix& m) {
  return {static_cast<T*>(m.data), m.rows, m.cols, m.row_stride};
}

}  // namespace espalier::cuda
