/**
 * @file espalier_dlpack.hpp
 * Espalier on DLPack's tensors, which most array libraries give and take without a copy. Declares
 * nothing where DLPack's header, <dlpack/dlpack.h>, is not found.
 */
#ifndef ESPALIER_ESPALIER_DLPACK_HPP
#define ESPALIER_ESPALIER_DLPACK_HPP

#if __has_include(<dlpack/dlpack.h>)

#include <dlpack/dlpack.h>

#include <cstdint>
#include <string>

#include "espalier/espalier.hpp"

namespace espalier {

namespace detail {

inline std::int32_t device_of(const DLDevice& device) {
  switch (device.device_type) {
    case kDLCPU:
    case kDLCUDAHost:
      return cpu;
    case kDLCUDA:
    case kDLCUDAManaged:
      return device.device_id;
    default:
      throw Error(ESP_UNSUPPORTED, "view",
                  "a tensor is on a device of DLPack type " + std::to_string(device.device_type));
  }
}

inline esp_dtype dtype_of_dlpack(const DLDataType& type) {
  const auto is = [&](int code, int bits) { return type.code == code && type.bits == bits; };
  if (type.lanes == 1) {
    if (is(kDLFloat, 32)) return ESP_F32;
    if (is(kDLFloat, 16)) return ESP_F16;
    if (is(kDLBfloat, 16)) return ESP_BF16;
    if (is(kDLFloat, 64)) return ESP_F64;
    if (is(kDLUInt, 8)) return ESP_U8;
    if (is(kDLInt, 64)) return ESP_I64;
  }
  throw Error(ESP_INVALID_ARGUMENT, "view",
              "a tensor has DLPack code " + std::to_string(type.code) + ", " +
                  std::to_string(type.bits) + " bits, " + std::to_string(type.lanes) + " lanes");
}

}  // namespace detail

/**
 * A DLPack tensor's memory as a matrix: no copy, and nothing keeps the tensor alive.
 * @param tensor on the CPU (pinned memory too) or a CUDA device; [rows, cols] with columns next to
 *               each other and rows at least `cols` apart, or [cols], which is one row; f32, f16,
 *               bf16, f64, u8 or i64, of one lane. Without strides it is compact. Its byte offset
 *               is taken into account; the element that it leads to has to be aligned.
 * @throws Error ESP_INVALID_ARGUMENT for any other tensor, ESP_UNSUPPORTED for another device
 */
inline esp_matrix view(const DLTensor& tensor) {
  const auto require = [](bool condition, const char* text) {
    if (!condition) throw Error(ESP_INVALID_ARGUMENT, "view", text);
  };
  const std::int32_t device = detail::device_of(tensor.device);
  const esp_dtype dtype = detail::dtype_of_dlpack(tensor.dtype);
  require(tensor.data != nullptr, "a tensor has no data");
  require(tensor.shape != nullptr, "a tensor has no shape");
  char* data = static_cast<char*>(tensor.data) + tensor.byte_offset;
  require(reinterpret_cast<std::uintptr_t>(data) % (tensor.dtype.bits / 8) == 0,
          "a tensor's byte offset does not lead to an aligned element");
  return detail::strided_view(data, tensor.ndim, tensor.shape, tensor.strides, dtype, device);
}

/** The tensor that `managed` owns, as above; it stays the caller's to delete. */
inline esp_matrix view(const DLManagedTensor& managed) { return view(managed.dl_tensor); }

}  // namespace espalier

#endif

#endif
