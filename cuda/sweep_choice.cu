#include "sweep_choice.cuh"

#include "radix_select.cuh"
#include "score.cuh"

namespace espalier::cuda {

namespace {

using Passes = SelectDigits<31>;  // bits of a key
constexpr int most_cols = 1024;
constexpr int64_t most_shares = 1024;
constexpr int64_t share_keys = 8 * select_threads;

/** Rows that a thread block counts, of `shares` at most: about share_keys keys, more in a large
 * matrix.
 */
int64_t rows_of_share(int64_t rows, int64_t cols, int64_t shares) {
  const int64_t enough = ceil_div(share_keys, cols);
  const int64_t least = ceil_div(rows, shares);
  return enough > least ? enough : least;
}

using KeyQuad = Pack<uint32_t, 4>;

/** The keys of a block of columns, [rows, cols]: a grid takes `share` rows a thread block. */
struct Keys {
  View<uint32_t> keys;
  int64_t share;

  __device__ int64_t first_row() const { return blockIdx.x * share; }

  /** Calls visit(row, column, four keys) for quads that start inside. */
  template <class Visit>
  __device__ void for_each_quad(const Visit& visit) const {
    const auto quads = static_cast<unsigned>(ceil_div(keys.cols, 4));
    const int64_t left = keys.rows - first_row();
    const auto rows = static_cast<unsigned>(left < share ? left : share);
    for (unsigned i = threadIdx.x; i < rows * quads; i += select_threads) {
      const int64_t row = first_row() + i / quads;
      const int column = static_cast<int>(i % quads * 4);
      visit(row, column, *reinterpret_cast<KeyQuad*>(keys.row(row) + column));
    }
  }

  template <class Add>
  __device__ void visit(const Add& add) const {
    for_each_quad([&](int64_t, int column, const KeyQuad& quad) {
#pragma unroll
      for (int a = 0; a < 4; ++a) {
        if (column + a < keys.cols) add(quad.at[a]);
      }
    });
  }
};

/** The same keys, formed and stored as they are visited. */
struct Scores {
  Keys to;
  View<const float> w, u;
  bool wide;  // whether rows of w may be read 16 bytes at a time

  template <class Add>
  __device__ void visit(const Add& add) const {
    ESP_SHARED(scale, float[most_cols]);
    for (int j = threadIdx.x; j < w.cols; j += select_threads) {
      scale[j] = __fmul_rn(u.row(j)[j], u.row(j)[j]);
    }
    __syncthreads();
    to.for_each_quad([&](int64_t row, int column, KeyQuad& quad) {
      const float* from = w.row(row) + column;
      Pack<float, 4> weights = {};
      if (wide && column + 4 <= w.cols) {
        weights = *reinterpret_cast<const Pack<float, 4>*>(from);
      } else {
        for (int a = 0; a < 4 && column + a < w.cols; ++a) weights.at[a] = from[a];
      }
      KeyQuad result = {no_score, no_score, no_score, no_score};
#pragma unroll
      for (int a = 0; a < 4; ++a) {
        if (column + a >= w.cols) continue;
        result.at[a] =
            score_key(__fdiv_rn(__fmul_rn(weights.at[a], weights.at[a]), scale[column + a]));
        add(result.at[a]);
      }
      quad = result;
    });
  }
};

/** The index below n at which the sum of count_of(0), count_of(1), ... first exceeds `rank`, and
    the sum before it. All threads of a block call and get it. */
struct Reached {
  int64_t index, before;
};
template <class CountOf>
__device__ Reached reach(int64_t n, int64_t rank, const CountOf& count_of) {
  ESP_SHARED(reached, Reached);
  int64_t sum = 0;
  for (int64_t start = 0; start < n && sum <= rank; start += select_threads) {
    const int64_t i = start + threadIdx.x;
    const int64_t own = i < n ? count_of(i) : 0;
    int64_t all;
    const int64_t before = sum + block_sum_before<select_threads>(own, &all);
    if (before <= rank && rank < before + own) reached = {i, before};
    sum += all;
  }
  __syncthreads();
  return reached;
}

/** The row-major index of the tie of that rank. */
__device__ int64_t find_tie(const Keys& source, uint32_t key, int64_t rank,
                            const uint32_t* counts) {
  const View<uint32_t>& keys = source.keys;
  const uint32_t value = key % Passes::last_values;
  const Reached share = reach(gridDim.x, rank, [&](int64_t b) -> int64_t {
    return counts[b * Passes::last_values + value];
  });
  const int64_t first = share.index * source.share * keys.cols;
  const int64_t left = keys.rows * keys.cols - first;
  const int64_t size = source.share * keys.cols;
  const Reached tie =
      reach(left < size ? left : size, rank - share.before, [&](int64_t i) -> int64_t {
        return keys.row((first + i) / keys.cols)[(first + i) % keys.cols] == key ? 1 : 0;
      });
  return first + tie.index;
}

/** How many weights to choose, and what choosing needs in device memory. */
struct Choice {
  int64_t count;
  bool with_ties;
  Selection* selection;
  uint32_t* counts;
  Threshold* threshold;

  __host__ __device__ unsigned long long rank() const {
    return static_cast<unsigned long long>(count - 1);
  }
};

/** The last digit, then the threshold. `bins` is shared memory. */
__device__ void find_threshold(const Keys& source, const Choice& choice, uint32_t* bins) {
  constexpr Digit digit = Passes::at(Passes::count - 1);
  const auto [count, with_ties, selection, counts, threshold] = choice;
  DigitCount digits(digit, selection, bins);
  digits.begin();
  source.visit([&](uint32_t key) { digits.add(key); });
  __syncthreads();
  for (int b = threadIdx.x; b < digit.values(); b += select_threads) {
    counts[static_cast<int64_t>(blockIdx.x) * digit.values() + b] = bins[b];
  }
  if (!digits.choose(choice.rank(), gridDim.x, selection)) return;
  __syncthreads();
  const Order order = selection->order;
  const auto ties = count - static_cast<int64_t>(order.below);
  const bool all = with_ties || ties == static_cast<int64_t>(order.equal);
  const int64_t last = all ? INT64_MAX : find_tie(source, order.key, ties - 1, counts);
  if (threadIdx.x == 0) *threshold = {order.key, last};
}

__global__ void __launch_bounds__(select_threads) threshold_kernel(Keys source, Choice choice) {
  ESP_SHARED(bins, uint32_t[1 << select_digit_bits]);
  find_threshold(source, choice, bins);
}

/** One digit, known to all blocks when this returns; they run at the same time. */
template <class Source>
__device__ void find_digit(const Source& source, int pass, const Choice& choice, uint32_t* bins) {
  Selection* const selection = choice.selection;
  DigitCount digits(Passes::at(pass), selection, bins);
  digits.begin();
  source.visit([&](uint32_t key) { digits.add(key); });
  const bool is_last = digits.choose(choice.rank(), gridDim.x, selection);
  const auto mark = static_cast<unsigned>(pass + 1);
  if (threadIdx.x == 0) {
    if (is_last) {
      open_gate(&selection->gate, mark);
    } else {
      wait_at_gate(&selection->gate, mark);
    }
  }
  __syncthreads();
}

/** All digits in one launch. The gate gets its next mark when all blocks have passed it, as they
   have taken a ticket since; and it never has a mark that blocks are still to wait for. */
__global__ void __launch_bounds__(select_threads, 2) choose_kernel(Scores scores, Choice choice) {
  ESP_SHARED(bins, uint32_t[1 << select_digit_bits]);
  find_digit(scores, 0, choice, bins);
#pragma unroll 1
  for (int i = 1; i < Passes::count - 1; ++i) find_digit(scores.to, i, choice, bins);
  find_threshold(scores.to, choice, bins);
}
static_assert(Passes::count > 2, "a launch would begin with the mark that the last one left");

unsigned share_rows(Keys& keys, int64_t most) {
  keys.share = rows_of_share(keys.keys.rows, keys.keys.cols, most);
  return static_cast<unsigned>(ceil_div(keys.keys.rows, keys.share));
}

/** Chooses in one launch of `most` blocks; false if the device has no room for them. */
bool choose_at_once(Scores scores, const Choice& choice, int64_t most, cudaStream_t stream) {
  if (most == 0) return false;
  const unsigned shares = share_rows(scores.to, most < most_shares ? most : most_shares);
  const cudaError_t error =
      ESP_LAUNCH_TOGETHER(choose_kernel, shares, select_threads, stream, scores, choice);
  if (error == cudaErrorCooperativeLaunchTooLarge) {
    cudaGetLastError();
    return false;
  }
  check(error);
  return true;
}

/** Chooses in one launch a digit. */
void choose_by_digits(Scores scores, const Choice& choice, cudaStream_t stream) {
  const unsigned shares = share_rows(scores.to, most_shares);
  ESP_LAUNCH(select_digit_kernel<Scores>, shares, select_threads, 0, stream, scores, Passes::at(0),
             choice.rank(), choice.selection, nullptr);
  for (int i = 1; i < Passes::count - 1; ++i) {
    ESP_LAUNCH(select_digit_kernel<Keys>, shares, select_threads, 0, stream, scores.to,
               Passes::at(i), choice.rank(), choice.selection, nullptr);
  }
  ESP_LAUNCH(threshold_kernel, shares, select_threads, 0, stream, scores.to, choice);
  check_launch();
}

}  // namespace

SweepChoice::SweepChoice(int64_t rows, int64_t cols, Workspace& workspace)
    : stride_(ceil_div(cols, 4) * 4),
      keys_(workspace.take<uint32_t>(rows * stride_)),
      selection_(workspace.take<Selection>(1)),
      counts_(workspace.take<uint32_t>(most_shares * Passes::last_values)),
      threshold_(workspace.take<Threshold>(1)) {}

void SweepChoice::start(cudaStream_t stream) {
  together_ = most_together(choose_kernel, select_threads);
  check(cudaMemsetAsync(selection_, 0, sizeof *selection_, stream));
}

Chosen SweepChoice::choose(View<const float> w, View<const float> u, int64_t count, bool with_ties,
                           cudaStream_t stream) {
  const View<const uint32_t> result = {keys_, w.rows, w.cols, stride_};
  if (count == 0) return {result, nullptr, 0};
  const Scores scores = {{{keys_, w.rows, w.cols, stride_}, 0}, w, u, has_wide_rows(w)};
  const Choice choice = {count, with_ties, selection_, counts_, threshold_};
  if (!choose_at_once(scores, choice, together_, stream)) {
    together_ = 0;
    choose_by_digits(scores, choice, stream);
  }
  return {result, threshold_, 0};
}

}  // namespace espalier::cuda
