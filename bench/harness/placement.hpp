#pragma once

#include <vector>

#include "device.hpp"
#include "op.hpp"

namespace espalier::bench {

/** A problem in the memory of a device: its inputs once, what a call changes as often as wanted. */
class Placement {
 public:
  Placement(const Problem& problem, Device& device, int copies);

  /** Sets what calls change to what it was before any. */
  void restore();

  /** Calls the op on the copy's operands; queues it where the device is asynchronous. */
  esp_status call(int copy) { return problem_.call(operands_[static_cast<size_t>(copy)]); }

  /** What calls on the first copy left behind. */
  Results results() const;

 private:
  const Problem& problem_;
  const Device& device_;
  std::vector<Buffer> buffers_;
  std::vector<const void*> pristine_; /**< of each of problem.writes */
  std::vector<Operands> operands_;    /**< of each copy; they share inputs and workspace */
};

}  // namespace espalier::bench
