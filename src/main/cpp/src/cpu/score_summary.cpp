#include "cpu/bracket.hpp"
#include "kernels.hpp"

namespace espalier::cpu::ESPALIER_ISA {

namespace {

/** What a block contributes. */
struct Partial {
  double differences, squares;  // sums, see Moments
  int32_t max;                  // the largest key
};

/**
 * Sums of d = score - shift and d^2 in f64, and the largest key. The shift, near the mean, keeps
 * the variance from being the difference of two large numbers.
 */
class Moments {
 public:
  Moments() = default;
  explicit Moments(float shift) : shift_(shift) {}

  void operator()(I32 keys) {
    max_ = maximum(max_, keys);
    const F64Pair score = widen(reinterpret_cast<F32>(keys));
    const F64 low = score.low - shift_, high = score.high - shift_;
    sum_low_ += low;
    sum_high_ += high;
    squares_low_ += low * low;
    squares_high_ += high * high;
  }
  void operator()(I32 keys, Mask valid) {
    (*this)(select(valid, keys, reinterpret_cast<I32>(F32{} + static_cast<float>(shift_))));
  }

  Partial partial() const {
    Partial p = {sum(sum_low_ + sum_high_), sum(squares_low_ + squares_high_), 0};
    for (int l = 0; l < lanes; ++l) p.max = max_[l] > p.max ? max_[l] : p.max;
    return p;
  }

 private:
  double shift_ = 0;
  F64 sum_low_ = {}, sum_high_ = {}, squares_low_ = {}, squares_high_ = {};
  I32 max_ = {};
};

/** Everything that one pass over the scores finds. */
struct Visitor {
  Collector median, outliers;
  Moments moments;

  void reserve(int64_t n) {
    median.reserve(n);
    outliers.reserve(n);
  }
  void operator()(I32 keys) {
    median(keys);
    outliers(keys);
    moments(keys);
  }
  void operator()(I32 keys, Mask valid) {
    median(keys);
    outliers(keys);
    moments(keys, valid);
  }
};

struct SummaryScratch {
  BracketMemory median, outliers;
  Collector* medians;   // of each slice
  Collector* outlying;  // of each slice
  Partial* partials;    // of each block

  SummaryScratch(const ScoreSet& set, Workspace& workspace)
      : median(set, workspace),
        outliers(set, workspace),
        medians(workspace.take<Collector>(ScoreSet::max_slices)),
        outlying(workspace.take<Collector>(ScoreSet::max_slices)),
        partials(workspace.take<Partial>(set.block_count())) {}
};

float mean_of(const int32_t* keys, int64_t n) {
  double total = 0;
  for (int64_t i = 0; i < n; ++i) {
    float score;
    std::memcpy(&score, keys + i, sizeof score);
    total += static_cast<double>(score);
  }
  return static_cast<float>(total / static_cast<double>(n));
}

/** The key of the largest f32 <= x, x >= 0: scores greater than x are those with a greater key. */
int32_t key_at_most(double x) {
  if (!(x < 0x1p128)) return nan_key - 1;
  float f = static_cast<float>(x);
  int32_t key;
  std::memcpy(&key, &f, sizeof key);
  return static_cast<double>(f) > x ? key - 1 : key;
}

float score_of(int32_t key) {
  if (key == nan_key) return __builtin_nanf("");
  float score;
  std::memcpy(&score, &key, sizeof score);
  return score;
}

/** How many keys are above `threshold`; none of the n is NaN. */
int64_t count_above(const ScoreSet& set, const Collection& kept, int32_t threshold, int64_t n) {
  const Bracket bracket = kept.bracket;
  if (kept.complete && bracket.lo <= threshold && threshold < bracket.hi) {
    return n - kept.at_most_lo - count_at_most(kept.keys, kept.inside, threshold);
  }
  const Order order = order_of(set, threshold);
  return n - order.below - order.equal;
}

}  // namespace

size_t score_summary_workspace(const esp_matrix* weights, int matrices) {
  Workspace workspace(nullptr);
  SummaryScratch(ScoreSet(weights, nullptr, matrices), workspace);
  return workspace.used();
}

void score_summary(const esp_matrix* weights, const esp_matrix* scales, int matrices,
                   double outlier_multiple, esp_score_summary_result& result,
                   const Execution& run) {
  const ScoreSet set(weights, scales, matrices);
  Workspace workspace(run.workspace);
  SummaryScratch scratch(set, workspace);
  const int64_t n = set.size();
  const int64_t blocks = set.block_count();
  const int slices = set.slice_count();
  const int64_t middle = (n - 1) / 2;

  // A sample gives the brackets, of the median and of what counts as an outlier, and the shift.
  const int64_t sampled = scratch.median.sample(set);
  const float mean = mean_of(scratch.median.keys, sampled);
  const float shift = __builtin_isfinite(mean) ? mean : 0;
  const Bracket median_bracket = bracket_of(set, middle, sampled, scratch.median);
  const double outlying = outlier_multiple * static_cast<double>(shift);
  const Bracket outlier_bracket = {key_at_most(0.97 * outlying), key_at_most(1.03 * outlying) + 1};

  for (int slice = 0; slice < slices; ++slice) {
    scratch.medians[slice] = scratch.median.collector(median_bracket, slice, slices);
    scratch.outlying[slice] = scratch.outliers.collector(outlier_bracket, slice, slices);
  }
  set.for_each_block(slices, [&](int64_t b, int slice) {
    Visitor visitor = {scratch.medians[slice], scratch.outlying[slice], Moments(shift)};
    set.visit(set.block(b), visitor);
    scratch.medians[slice] = visitor.median;
    scratch.outlying[slice] = visitor.outliers;
    scratch.partials[b] = visitor.moments.partial();
  });

  Partial all = {0, 0, 0};
  for (int64_t b = 0; b < blocks; ++b) {
    all.differences += scratch.partials[b].differences;
    all.squares += scratch.partials[b].squares;
    all.max = scratch.partials[b].max > all.max ? scratch.partials[b].max : all.max;
  }
  const double count = static_cast<double>(n);
  const double variance =
      n > 1 ? (all.squares - all.differences * all.differences / count) / (count - 1) : 0;
  result.count = n;
  result.sum = count * static_cast<double>(shift) + all.differences;
  result.mean = result.sum / count;
  result.standard_deviation = variance < 0 ? 0 : __builtin_sqrt(variance);
  result.max = score_of(all.max);

  const Collection near_median = scratch.median.gather(median_bracket, scratch.medians, slices);
  result.median = score_of(kth_smallest(set, middle, near_median, scratch.median.scratch).value);

  const Collection near = scratch.outliers.gather(outlier_bracket, scratch.outlying, slices);
  const double threshold = outlier_multiple * result.mean;
  result.outliers = all.max == nan_key ? 0 : count_above(set, near, key_at_most(threshold), n);
}

}  // namespace espalier::cpu::ESPALIER_ISA
