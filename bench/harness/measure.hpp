#pragma once

#include <string>

#include "axes.hpp"
#include "device.hpp"
#include "series.hpp"

namespace espalier::bench {

enum class Outcome {
  measured,
  unsupported, /**< not by this build or on this device */
  wrong,       /**< not what the CPU twin computes */
  failed       /**< the op or the device reported an error */
};

/** What was found about a case. */
struct Result {
  Case measured;
  std::string hardware;
  Outcome outcome = Outcome::failed;
  std::string remark; /**< the comparison with the twin, or what went wrong */
  Series cold, batch; /**< batch: the time of a call in a batch */
  Work work;
  double copy_bandwidth = 0; /**< bytes per second */

  double bytes_per_second() const { return work.bytes / cold.median(); }
  double flops_per_second() const { return work.flops / cold.median(); }
};

/** Checks and times cases on one device. */
class Harness {
 public:
  /** @param threads what the CPU may use; 0 for all */
  Harness(Device& device, int threads, Limits limits);

  /** Never throws for what goes wrong with the case: that is a result. */
  Result run(const Case& measured);

  double copy_bandwidth() const { return copy_bandwidth_; }

 private:
  void measure(const Problem& problem, Result& result);
  void time_cold(const Problem& problem, Series& series);
  void time_batches(const Problem& problem, int calls, Series& series);
  Results twin(const Problem& problem);

  Device& device_;
  int threads_;
  Limits limits_;
  double copy_bandwidth_;
};

}  // namespace espalier::bench
