#pragma once

#include "measure.hpp"

namespace espalier::bench::test {

/** A result as the harness makes them, with this cold time in every run. */
inline Result measured(const Op& op, const Point& point, double seconds) {
  Result result;
  result.measured = {&op, point};
  result.hardware = "CPU, avx2, 2 threads";
  result.outcome = Outcome::measured;
  result.remark = "same bits";
  for (int run = 0; run < 5; ++run) {
    result.cold.add(seconds);
    result.batch.add(seconds / 2);
  }
  result.work = {1000, 0};
  result.copy_bandwidth = 1e6;
  return result;
}

/** One that was not measured. */
inline Result refused(const Op& op, const Point& point, Outcome outcome, const char* remark) {
  Result result;
  result.measured = {&op, point};
  result.hardware = "CPU, avx2, 2 threads";
  result.outcome = outcome;
  result.remark = remark;
  result.copy_bandwidth = 1e6;
  return result;
}

}  // namespace espalier::bench::test
