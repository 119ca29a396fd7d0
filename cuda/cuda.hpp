#pragma once

#include <cstdint>
#include <string>

#include "espalier/espalier.h"

/** What the rest of the library sees of CUDA, besides the kernels (kernels.hpp). */
namespace espalier::cuda {

/** The devices that can be used, or why there are none. */
struct Devices {
  int32_t count;
  esp_status status;     // ESP_UNSUPPORTED without a driver or a device, ESP_CUDA_ERROR for a fault
  std::string obstacle;  // a sentence
};

/** Asks the runtime. */
Devices find_devices();

/** What find_devices() said when it was first asked. */
const Devices& devices();

/** Of one of devices() that the kernels are not compiled for: what is wrong with it, as a predicate;
    else "". */
std::string too_old(int32_t device);

/** Whether a device computes in f64 at least half as fast as in f32; true of one that is not there.
 */
bool has_fast_f64(int32_t device) noexcept;

/** Whether kernels on this device may read and write at this address. */
bool reaches(int32_t device, const void* address) noexcept;

/** While it lives, a device is the calling thread's current one. Of other devices it asks nothing:
    one that has no context gets none. */
class CurrentDevice {
 public:
  explicit CurrentDevice(int32_t device);
  ~CurrentDevice();
  CurrentDevice(const CurrentDevice&) = delete;
  CurrentDevice& operator=(const CurrentDevice&) = delete;

 private:
  bool pushed_ = false;  // a context, on the thread's stack of them
};

}  // namespace espalier::cuda
