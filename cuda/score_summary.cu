#include "kernels.hpp"
#include "packs.cuh"
#include "radix_select.cuh"
#include "score.cuh"
#include "workspace.cuh"

namespace espalier::cuda {

namespace {

/** What a block finds: sums of its scores, and of their squares, less the mean once it is known. */
struct Partial {
  double scores, squares;
};

/** Device memory of a call, all zero at first. */
struct Summary {
  Selection median;
  uint32_t max;                 // key
  uint32_t least_outlier;       // key
  unsigned long long outliers;  // counted whether the mean is finite or not
  esp_score_summary_result result;
};

/** What the kernels of a call have in common. */
struct Call {
  int64_t scores;
  double outlier_multiple;
  unsigned blocks;  // of all matrices
  Summary* summary;
  Partial* partials;  // of each block
};

/** The key of the least f32 > x, x >= 0; NaN's if there is none. */
__device__ uint32_t key_above(double x) {
  if (!(x < 0x1p128)) return nan_key;
  const auto f = static_cast<float>(x);
  const uint32_t key = score_key(f);
  return static_cast<double>(f) > x ? key : key + 1;
}

__device__ double score_of(uint32_t key) { return static_cast<double>(__uint_as_float(key)); }

/** Adds up what the blocks left, always in the same order. */
__device__ double sum_of(double Partial::*part, const Call& call) {
  double sum = 0;
#pragma unroll 1
  for (unsigned b = threadIdx.x; b < call.blocks; b += select_threads) {
    sum += call.partials[b].*part;
  }
  return block_sum<select_threads>(sum);
}

// The scores are read three times, each time for one more digit of the median. What else a pass
// finds: every thread add()s its keys, every block leave()s what it found, the last one finish()es.

/** The first pass: sum and maximum. */
class Totals {
 public:
  static constexpr int pass = 0;
  static constexpr int residents = 2;  // f64 takes registers

  __device__ explicit Totals(const Call& /*call*/) {}
  __device__ void add(uint32_t key) {
    sum_ += score_of(key);
    max_ = key > max_ ? key : max_;
  }
  __device__ void leave(const Call& call, Partial& partial) const {
    const double sum = block_sum<select_threads>(sum_);
    if (threadIdx.x == 0) partial = {sum, 0};
    const uint32_t max = __reduce_max_sync(all_lanes, max_);
    if (threadIdx.x % warp_size == 0) atomicMax(&call.summary->max, max);
  }
  __device__ static void finish(const Call& call) {
    const double sum = sum_of(&Partial::scores, call);
    if (threadIdx.x != 0) return;
    esp_score_summary_result& result = call.summary->result;
    result.count = call.scores;
    result.sum = sum;
    result.mean = sum / static_cast<double>(call.scores);
    call.summary->least_outlier = key_above(call.outlier_multiple * result.mean);
  }

 private:
  double sum_ = 0;
  uint32_t max_ = 0;
};

/** The second pass: deviations from the mean, and what is far above it. */
class Moments {
 public:
  static constexpr int pass = 1;
  static constexpr int residents = 2;

  __device__ explicit Moments(const Call& call)
      : mean_(call.summary->result.mean), least_outlier_(call.summary->least_outlier) {}
  __device__ void add(uint32_t key) {
    const double difference = score_of(key) - mean_;
    differences_ += difference;
    squares_ += difference * difference;
    outliers_ += key >= least_outlier_ ? 1 : 0;
  }
  __device__ void leave(const Call& call, Partial& partial) const {
    const double differences = block_sum<select_threads>(differences_);
    const double squares = block_sum<select_threads>(squares_);
    if (threadIdx.x == 0) partial = {differences, squares};
    const uint32_t outliers = __reduce_add_sync(all_lanes, outliers_);
    if (threadIdx.x % warp_size == 0) atomicAdd(&call.summary->outliers, outliers);
  }
  __device__ static void finish(const Call& call) {
    const double differences = sum_of(&Partial::scores, call);
    const double squares = sum_of(&Partial::squares, call);
    if (threadIdx.x != 0) return;
    const auto n = static_cast<double>(call.scores);
    // The differences add up to what the mean was rounded by.
    const double variance = n > 1 ? (squares - differences * differences / n) / (n - 1) : 0;
    call.summary->result.standard_deviation = variance < 0 ? 0 : sqrt(variance);
  }

 private:
  double mean_;
  uint32_t least_outlier_;
  double differences_ = 0, squares_ = 0;
  uint32_t outliers_ = 0;
};

/** The third pass: the median alone. */
class Median {
 public:
  static constexpr int pass = 2;
  static constexpr int residents = select_residents;

  __device__ explicit Median(const Call& /*call*/) {}
  __device__ void add(uint32_t /*key*/) {}
  __device__ void leave(const Call& /*call*/, Partial& /*partial*/) const {}
  __device__ static void finish(const Call& call) {
    if (threadIdx.x != 0) return;
    Summary& summary = *call.summary;
    summary.result.median = score_of(summary.median.order.key);
    summary.result.max = score_of(summary.max);
    // NaN is no outlier, and there is none among others when the mean is infinite.
    summary.result.outliers = summary.max == nan_key ? 0 : static_cast<int64_t>(summary.outliers);
  }
};

/** One pass over one matrix, whose blocks are `first_block` and following ones of all. */
template <class Pass, class T, int count>
__global__ void __launch_bounds__(select_threads, Pass::residents)
    score_summary_kernel(View<T> w, const float* s, unsigned first_block, Call call) {
  ESP_SHARED(bins, uint32_t[1 << select_digit_bits]);
  const auto rank = static_cast<unsigned long long>(call.scores - 1) / 2;
  DigitCount median(SelectDigits<score_key_bits>::at(Pass::pass), &call.summary->median, bins);
  Pass own(call);
  median.begin();
  const MatrixCursor<T, count> cursor(w, steps_in_grid(w.rows * (w.cols / count)));
  visit_packs(cursor, [&](const Pack<T, count>& pack, int64_t column) {
    uint32_t keys[count];
    score_keys(pack, s != nullptr ? s + column : nullptr, keys);
#pragma unroll
    for (int k = 0; k < count; ++k) {
      median.add(keys[k]);
      own.add(keys[k]);
    }
  });
  own.leave(call, call.partials[first_block + blockIdx.x]);
  if (median.choose(rank, call.blocks, &call.summary->median)) Pass::finish(call);
}

template <class Pass>
void launch(const esp_matrix& w, const float* s, unsigned blocks, unsigned first_block,
            const Call& call, cudaStream_t stream) {
  with_element(w.dtype, [&](auto element) {
    using T = decltype(element);
    if (is_wide(w, s, sizeof(T))) {
      ESP_LAUNCH((score_summary_kernel<Pass, T, wide<T>>), blocks, select_threads, 0, stream,
                 view_of<T>(w), s, first_block, call);
    } else {
      ESP_LAUNCH((score_summary_kernel<Pass, T, 1>), blocks, select_threads, 0, stream,
                 view_of<T>(w), s, first_block, call);
    }
    check_launch();
  });
}

template <class Pass>
void visit(const esp_matrix* weights, const esp_matrix* scales, int matrices, Call call,
           cudaStream_t stream) {
  const auto blocks_of = [](const esp_matrix& w) {
    return select_blocks(w.rows * w.cols, Pass::residents);
  };
  call.blocks = 0;
  for (int m = 0; m < matrices; ++m) call.blocks += blocks_of(weights[m]);
  unsigned first_block = 0;
  for (int m = 0; m < matrices; ++m) {
    const auto* s = scales != nullptr ? static_cast<const float*>(scales[m].data) : nullptr;
    launch<Pass>(weights[m], s, blocks_of(weights[m]), first_block, call, stream);
    first_block += blocks_of(weights[m]);
  }
}

/** What the memory of a call holds. */
Call call_in(Workspace& workspace, const esp_matrix* weights, int matrices, double multiple) {
  Call call = {0, multiple, 0, workspace.take<Summary>(1), nullptr};
  int64_t blocks = 0;
  for (int m = 0; m < matrices; ++m) {
    const int64_t scores = weights[m].rows * weights[m].cols;
    call.scores += scores;
    blocks += most_select_blocks(scores);
  }
  call.partials = workspace.take<Partial>(blocks);
  return call;
}

}  // namespace

size_t score_summary_workspace(const esp_matrix* weights, int matrices) {
  Workspace workspace(nullptr);
  call_in(workspace, weights, matrices, 0);
  return workspace.used();
}

void score_summary(const esp_matrix* weights, const esp_matrix* scales, int matrices,
                   double outlier_multiple, esp_score_summary_result& result,
                   const Execution& run) {
  const cudaStream_t stream = stream_of(run.stream);
  Workspace workspace(run.workspace);
  const Call call = call_in(workspace, weights, matrices, outlier_multiple);
  check(cudaMemsetAsync(call.summary, 0, sizeof(Summary), stream));
  visit<Totals>(weights, scales, matrices, call, stream);
  visit<Moments>(weights, scales, matrices, call, stream);
  visit<Median>(weights, scales, matrices, call, stream);
  result = fetch(&call.summary->result, stream);
}

}  // namespace espalier::cuda
