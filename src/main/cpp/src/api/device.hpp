#pragma once

#include <cstdint>
#include <initializer_list>

#include "kernels.hpp"
#ifdef ESPALIER_CUDA
#include <optional>

#include "cuda.hpp"
#endif

namespace espalier::api {

/** Number of CUDA devices that can be used: 0 without a driver or in a build without CUDA. */
int32_t cuda_device_count() noexcept;

/** @throws Error if there is none, with the reason: ESP_UNSUPPORTED where this build or machine has
    no CUDA, ESP_CUDA_ERROR where it does not work */
void require_cuda();

/** @throws Error if the kernels do not run on this CUDA device, with the reason: as require_cuda if
    there is none at all, else ESP_UNSUPPORTED */
void require_cuda_device(int32_t device);

/** Whether a device computes in f64 at least half as fast as in f32; true of one that is not there.
 */
bool has_fast_f64(int32_t device) noexcept;

/** The kernels for a device, without touching it; null for CUDA in a build without it. */
const Kernels* kernels_of(int32_t device) noexcept;

/** A checked view, or NULL where it is optional, and its name in the interface. */
struct Operand {
  const esp_matrix* matrix;
  const char* name;
};

/** The kernels for the device of a call's operands. While this lives that device is the current
 * one.
 */
class Device {
 public:
  /** @throws Error ESP_INVALID_ARGUMENT if the operands are on different devices, or memory that
      their device cannot reach; ESP_UNSUPPORTED if this build or machine has no such device */
  explicit Device(std::initializer_list<Operand> operands);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  const Kernels* operator->() const { return kernels_; }

  /** Checks one more operand as the constructor does. */
  void require(Operand operand) const;

 private:
  void check_same_device(Operand operand) const;

  Operand first_;
  const Kernels* kernels_;
#ifdef ESPALIER_CUDA
  std::optional<cuda::CurrentDevice> current_;
#endif
};

}  // namespace espalier::api
