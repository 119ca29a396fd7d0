#include "error.hpp"
#include "kernels.hpp"
#include "radix_select.cuh"
#include "score.cuh"
#include "zero_smallest.cuh"

namespace espalier::cuda {

namespace {

/** How many weights each row loses. */
struct Shares {
  int64_t each;  // every row
  int64_t rest;  // spread over all rows, at most one more in each

  __device__ int64_t of(int64_t row, int64_t rows) const {
    // floor((row + 1) rest / rows) is one more than floor(row rest / rows) if the remainders wrap.
    return each + (row * rest % rows + rest >= rows ? 1 : 0);
  }
};

/** A row's keys in shared memory. A thread reads back what it wrote itself. Parts of a pack lie
    apart, so that neighbours' 16-byte accesses fill all banks. */
template <int count>
class RowKeys {
 public:
  static constexpr int part = count < 4 ? count : 4;

  __device__ RowKeys(void* memory, int64_t packs)
      : parts_(static_cast<Pack<uint32_t, part>*>(memory)), packs_(packs) {}

  __device__ void store(int64_t column, const uint32_t (&keys)[count]) const {
#pragma unroll
    for (int p = 0; p < count / part; ++p) {
      Pack<uint32_t, part> pack;
#pragma unroll
      for (int k = 0; k < part; ++k) pack.at[k] = keys[p * part + k];
      parts_[p * packs_ + column / count] = pack;
    }
  }
  __device__ void load(int64_t column, uint32_t (&keys)[count]) const {
#pragma unroll
    for (int p = 0; p < count / part; ++p) {
      const Pack<uint32_t, part> pack = parts_[p * packs_ + column / count];
#pragma unroll
      for (int k = 0; k < part; ++k) keys[p * part + k] = pack.at[k];
    }
  }

 private:
  Pack<uint32_t, part>* parts_;
  int64_t packs_;
};

/** Finds where to cut a row that loses `prune` >= 1. visit(pass, add) calls add(key) for each of
   this thread's keys; all bins are 0, before and after. */
template <int threads, int digit_bits, class Visit>
__device__ Cut find_cut(int64_t prune, uint32_t* bins, const Visit& visit) {
  using Passes = Digits<score_key_bits, digit_bits>;
  constexpr int each = (1 << digit_bits) / threads;
  const auto wanted = static_cast<unsigned long long>(prune);
  Order order = {0, 0, 0};
  for (int i = 0; i < Passes::count; ++i) {
    const Digit digit = Passes::at(i);
    visit(i, [&](uint32_t key) {
      if (digit.continues(key, order.key)) atomicAdd(&bins[digit.of(key)], 1U);
    });
    __syncthreads();
    uint32_t counts[each];
#pragma unroll
    for (int p = 0; p < each / 4; ++p) {
      auto* four = reinterpret_cast<Pack<uint32_t, 4>*>(bins + threadIdx.x * each) + p;
      const Pack<uint32_t, 4> found = *four;
      *four = {};
#pragma unroll
      for (int k = 0; k < 4; ++k) counts[4 * p + k] = found.at[k];
    }
    const auto bin = find_bin<threads>(counts, static_cast<uint32_t>(wanted - 1 - order.below));
    order = {order.key | bin.value << digit.shift, order.below + bin.below, bin.equal};
    // All that share these digits go: the next ones do not matter.
    if (order.below + order.equal == wanted) return {order.key + (1U << digit.shift), 0};
  }
  return {order.key, static_cast<int64_t>(wanted - order.below)};
}

/** A block of `threads` prunes a row at a time. Its keys stay in shared memory if `keeps_keys`,
    else the row is read again. */
template <class T, int count, int threads, int digit_bits>
__global__ void __launch_bounds__(threads)
    prune_rows_kernel(View<T> w, const float* s, Shares shares, bool keeps_keys) {
  ESP_SHARED(packed_bins, Pack<uint32_t, 4>[(1 << digit_bits) / 4]);
  uint32_t* const bins = packed_bins->at;
  ESP_SHARED(prune, int64_t);
  ESP_DYNAMIC_SHARED(memory, unsigned char);
  const int64_t packs = w.cols / count;
  const RowKeys<count> kept(memory, packs);
  for (int b = threadIdx.x; b < 1 << digit_bits; b += threads) bins[b] = 0;

  for (int64_t row = blockIdx.x; row < w.rows; row += gridDim.x) {
    __syncthreads();
    if (threadIdx.x == 0) prune = shares.of(row, w.rows);
    __syncthreads();
    if (prune == 0) continue;
    const RowCursor<T, count> cursor(w.row(row), packs);
    const auto compute = [&](const Pack<T, count>& pack, int64_t column, uint32_t(&keys)[count]) {
      score_keys(pack, s != nullptr ? s + column : nullptr, keys);
    };
    const Cut cut = find_cut<threads, digit_bits>(prune, bins, [&](int pass, const auto& add) {
      uint32_t keys[count];
      if (pass == 0 || !keeps_keys) {
        visit_packs(cursor, [&](const Pack<T, count>& pack, int64_t column) {
          compute(pack, column, keys);
          if (keeps_keys) kept.store(column, keys);
#pragma unroll
          for (int k = 0; k < count; ++k) add(keys[k]);
        });
      } else {
        for (auto at = cursor; at.inside(); at.next()) {
          kept.load(at.column(), keys);
#pragma unroll
          for (int k = 0; k < count; ++k) add(keys[k]);
        }
      }
    });
    zero_smallest<threads>(cursor, packs, cut,
                           [&](const Pack<T, count>& pack, int64_t column, uint32_t(&keys)[count]) {
                             if (keeps_keys) return kept.load(column, keys);
                             compute(pack, column, keys);
                           });
  }
}

/** What every device grants a block, if asked, less static shared memory: the bins. */
constexpr size_t most_kept = 99 * 1024 - 9 * 1024;

template <class T, int count, int threads, int digit_bits>
void launch(const esp_matrix& w, const float* s, Shares shares, cudaStream_t stream) {
  const auto kernel = prune_rows_kernel<T, count, threads, digit_bits>;
  const size_t bytes = static_cast<size_t>(w.cols) * sizeof(uint32_t);
  const bool keeps_keys = bytes <= most_kept;
  const size_t shared = keeps_keys ? bytes : sizeof(uint32_t);
  allow_shared<most_kept>(kernel);
  constexpr int64_t most_blocks = 1 << 20;
  const auto blocks = static_cast<unsigned>(w.rows < most_blocks ? w.rows : most_blocks);
  ESP_LAUNCH(kernel, blocks, threads, shared, stream, view_of<T>(w), s, shares, keeps_keys);
  check_launch();
}

/** Threads for a row: enough that a multiprocessor is full with what its shared memory holds. */
template <class T, int count>
void prune_rows(const esp_matrix& w, const float* s, Shares shares, cudaStream_t stream) {
  if (w.cols <= 1024) return launch<T, count, 64, 8>(w, s, shares, stream);
  if (w.cols <= 6144) return launch<T, count, 256, 11>(w, s, shares, stream);
  launch<T, count, 512, 11>(w, s, shares, stream);
}

}  // namespace

size_t prune_rows_smallest_workspace(const esp_matrix& /*w*/, int /*cpu_threads*/) { return 0; }

void prune_rows_smallest(const esp_matrix& w, const float* s, int64_t total, const Execution& run) {
  // Counts in shared memory have 32 bits.
  if (w.cols > UINT32_MAX) throw Error{ESP_UNSUPPORTED, "w has more than 2^32 columns"};
  const Shares shares = {total / w.rows, total % w.rows};
  const cudaStream_t stream = stream_of(run.stream);
  with_element(w.dtype, [&](auto element) {
    using T = decltype(element);
    if (is_wide(w, s, sizeof(T))) {
      prune_rows<T, wide<T>>(w, s, shares, stream);
    } else {
      prune_rows<T, 1>(w, s, shares, stream);
    }
  });
}

}  // namespace espalier::cuda
