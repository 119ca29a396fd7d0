#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "measure.hpp"

namespace espalier::bench {

/** The times of an earlier run. */
class Baseline {
 public:
  /** Knows nothing. */
  Baseline() = default;

  /** Reads what --format csv printed; BadOption if the file is not that. */
  static Baseline read(const std::string& file);

  bool knows(const Case& measured) const { return entries_.count(key(measured)) > 0; }

  /** The time now by the time then: above 1 is slower. Nothing where one of the two is missing. */
  std::optional<double> ratio(const Result& result) const;

  /** Whether the baseline has a time for the case and this one is more than `allowed` longer. */
  bool regressed(const Result& result, double allowed) const;

  /** On what the case was measured; "" if unknown. */
  std::string hardware(const Case& measured) const;

 private:
  struct Entry {
    double seconds;
    std::string hardware;
  };
  static std::string key(const Case& measured);

  std::map<std::string, Entry> entries_;
};

}  // namespace espalier::bench
