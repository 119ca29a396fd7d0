#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace espalier::bench {

/** Memory of a device, freed with it. */
using Buffer = std::unique_ptr<void, void (*)(void*)>;

/** Where ops run: its memory, its clock, its caches. Failures throw. */
class Device {
 public:
  Device(int32_t ordinal, std::string hardware)
      : ordinal_(ordinal), hardware_(std::move(hardware)) {}
  virtual ~Device() = default;
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  /** -1 for the CPU, else the CUDA device. */
  int32_t ordinal() const { return ordinal_; }

  /** What it is, for people. */
  const std::string& hardware() const { return hardware_; }

  virtual Buffer allocate(size_t bytes) const = 0;

  /** Copies between any two places, host memory included; done when it returns. */
  virtual void copy(void* to, const void* from, size_t bytes) const = 0;

  /** Queues whatever leaves nothing of use in the last-level cache. */
  virtual void flush_cache() = 0;

  /** The time from now, when all that was queued is done, to the end of what `work` queues. */
  virtual double seconds(const std::function<void()>& work) = 0;

  /** Bytes read and written per second by the device's own copy, the best of several. */
  double copy_bandwidth();

 protected:
  /** Queues a copy within the device, as fast as it can. */
  virtual void queue_copy(void* to, const void* from, size_t bytes) = 0;

 private:
  int32_t ordinal_;
  std::string hardware_;
};

/** Opens device -1, the CPU, or a CUDA device; throws std::runtime_error where there is none. */
std::unique_ptr<Device> open_device(int32_t ordinal);

std::unique_ptr<Device> open_cpu();
std::unique_ptr<Device> open_cuda(int32_t ordinal);

}  // namespace espalier::bench
