#pragma once

#include <cstddef>
#include <vector>

namespace espalier::bench {

/** Times of the same thing, in seconds. */
class Series {
 public:
  void add(double seconds) { times_.push_back(seconds); }
  size_t size() const { return times_.size(); }

  /** NaN if there are none, as noise is. */
  double median() const;

  /**
   * How far the median may be off, relative to it: half its 95 % interval, 1.57 IQR / sqrt(n)
   * (McGill, Tukey & Larsen, 1978). Few outliers do not move it, and more runs make it smaller.
   */
  double noise() const;

 private:
  std::vector<double> times_;
};

/** When a series is long enough: as soon as either limit is reached. */
struct Limits {
  double noise = 0.005; /**< relative */
  double seconds = 3;   /**< all of a series, what is not timed included */
};

}  // namespace espalier::bench
