/**
 * @file espalier_torch.hpp
 * Espalier on libtorch's tensors, for those who have libtorch 1.13 or newer. Header-only; the
 * library itself knows nothing of it.
 *
 *     espalier::TorchContext context(weight.device());
 *     espalier::prune_rows_smallest(espalier::view(weight), std::nullopt, 0.5, ESP_EXACT,
 *                                   context.workspace(), context.stream());
 */
#ifndef ESPALIER_ESPALIER_TORCH_HPP
#define ESPALIER_ESPALIER_TORCH_HPP

#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "espalier/espalier.hpp"

// Only a libtorch built for CUDA has the last of these. Its torch target links libc10_cuda.
#if __has_include(<cuda_runtime_api.h>) && __has_include(<c10/cuda/impl/cuda_cmake_macros.h>)
#define ESPALIER_TORCH_HAS_CUDA 1
#include <c10/cuda/CUDAStream.h>
#else
#define ESPALIER_TORCH_HAS_CUDA 0
#endif

namespace espalier {

namespace detail {

/** The ordinal by which the library knows a device. */
inline std::int32_t device_of(const at::Device& device) {
  if (device.is_cpu()) return cpu;
  if (!device.is_cuda()) {
    throw Error(ESP_UNSUPPORTED, "view", "a tensor is on device " + device.str());
  }
  return device.index();
}

inline esp_dtype dtype_of_tensor(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kFloat:
      return ESP_F32;
    case at::kHalf:
      return ESP_F16;
    case at::kBFloat16:
      return ESP_BF16;
    case at::kDouble:
      return ESP_F64;
    case at::kByte:
      return ESP_U8;
    case at::kLong:
      return ESP_I64;
    default:
      throw Error(ESP_INVALID_ARGUMENT, "view",
                  std::string("a tensor has dtype ") + at::toString(tensor.scalar_type()));
  }
}

}  // namespace detail

/**
 * A tensor's own memory as a matrix: no copy, and nothing keeps the tensor alive.
 * Autograd does not see what the library writes there.
 * @param tensor on the CPU or a CUDA device, strided; [rows, cols] with columns next to each other
 *               and rows at least `cols` apart (so no transposed or expanded tensor), or [cols],
 *               which is one row; f32, f16, bf16, f64, u8 or i64
 * @throws Error ESP_INVALID_ARGUMENT for any other tensor, ESP_UNSUPPORTED for another device
 */
inline esp_matrix view(const at::Tensor& tensor) {
  const auto require = [](bool condition, const char* text) {
    if (!condition) throw Error(ESP_INVALID_ARGUMENT, "view", text);
  };
  require(tensor.defined(), "a tensor is undefined");
  require(tensor.layout() == at::kStrided, "a tensor is not strided");
  const std::int32_t device = detail::device_of(tensor.device());
  const esp_dtype dtype = detail::dtype_of_tensor(tensor);
  require(!tensor.is_neg(), "a tensor is a negated view: resolve_neg() gives its values");
  return detail::strided_view(tensor.data_ptr(), tensor.dim(), tensor.sizes().data(),
                              tensor.strides().data(), dtype, device);
}

/**
 * Where calls on the tensors of one device run. While it lives, that device is the current one. Its
 * stream is the one that is current when the context is made; it has to stay so while it is used,
 * for the workspace is a tensor, and libtorch hands its memory out in the order of that stream.
 */
class TorchContext {
 public:
  /**
   * @param device the CPU, or a CUDA device with its index, as a tensor's device() is
   * @throws Error ESP_UNSUPPORTED for CUDA where the program is compiled without CUDA's headers
   */
  explicit TorchContext(const at::Device& device)
      : stream_(current_stream(device)), guard_(device), workspace_(allocator(device)) {}

  TorchContext(const TorchContext&) = delete;
  TorchContext& operator=(const TorchContext&) = delete;

  /** Memory on the device, from libtorch's allocator: throws c10::Error where there is none. */
  Workspace& workspace() noexcept { return workspace_; }

  /** A cudaStream_t; NULL on the CPU. */
  void* stream() const noexcept { return stream_; }

 private:
  static void* current_stream(const at::Device& device) {
    if (device.is_cpu()) return nullptr;
#if ESPALIER_TORCH_HAS_CUDA
    return c10::cuda::getCurrentCUDAStream(device.index()).stream();
#else
    throw Error(ESP_UNSUPPORTED, "TorchContext",
                "this program was compiled without the CUDA headers of libtorch");
#endif
  }

  static Workspace::Allocate allocator(const at::Device& device) {
    return [device](std::size_t bytes) {
      constexpr std::size_t alignment = 64;
      const at::Tensor tensor = at::empty({static_cast<std::int64_t>(bytes + alignment)},
                                          at::TensorOptions().dtype(at::kByte).device(device));
      char* begin = static_cast<char*>(tensor.data_ptr());
      begin += (alignment - reinterpret_cast<std::uintptr_t>(begin) % alignment) % alignment;
      return std::shared_ptr<void>(begin, [tensor](void*) {});
    };
  }

  void* stream_;
  c10::DeviceGuard guard_;
  Workspace workspace_;
};

}  // namespace espalier

#endif
