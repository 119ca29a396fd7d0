#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "op.hpp"

namespace espalier::bench {

/** A command line that cannot be followed; what() is one sentence. */
struct BadOption : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/** An op at a point of its axes. */
struct Case {
  const Op* op = nullptr;
  Point point;

  /** For people: "prune_n_of_m 4096×4096 bf16 2:4 cpu". */
  std::string text() const;
};

/** The values of all axes. */
struct Axes {
  std::vector<std::string> ops;  /**< empty for all */
  std::vector<esp_dtype> dtypes; /**< empty for all that an op has */
  std::vector<int64_t> rows = {4096};
  std::vector<int64_t> cols = {4096};
  std::vector<Sparsity> sparsities = {{0.7, 0, 0}, {0, 2, 4}};
  std::vector<int32_t> devices = {-1};
};

/**
 * All cases, device by device. Axes that an op lacks and values it does not take are passed over;
 * but BadOption if an op named would be left with nothing, or if a group does not divide cols.
 */
std::vector<Case> cases(const Axes& axes, const std::vector<Op>& known);

/** @name Reading a comma list; `option` is what a complaint calls it.
 * @{ */
std::vector<std::string> parse_list(const std::string& option, const std::string& text);
std::vector<int64_t> parse_sizes(const std::string& option, const std::string& text);
std::vector<esp_dtype> parse_dtypes(const std::string& option, const std::string& text);
std::vector<Sparsity> parse_sparsities(const std::string& option, const std::string& text);
std::vector<int32_t> parse_devices(const std::string& option, const std::string& text);
/** @} */

}  // namespace espalier::bench
