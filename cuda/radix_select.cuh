#pragma once

#include "reduce.cuh"
#include "runtime.cuh"
#include "ticket.cuh"

/**
 * The k-th smallest of a set of keys, exactly: digit after digit from the most significant on, the
 * keys that share the digits known so far are counted by their next one.
 */
namespace espalier::cuda {

/** A key, how many keys are below it, and how many are equal to it. While digits are missing they
    count as 0, and as equal counts what shares the known ones. */
struct Order {
  uint32_t key;
  unsigned long long below, equal;
};

/** Some bits of a key of 31 bits at most. */
struct Digit {
  int shift, width;
  bool first;

  __host__ __device__ int values() const { return 1 << width; }
  __host__ __device__ uint32_t of(uint32_t key) const { return key >> shift & (values() - 1U); }
  /** Whether the bits above are those of `known`. */
  __host__ __device__ bool continues(uint32_t key, uint32_t known) const {
    return (key ^ known) < 1U << (shift + width);
  }
};

/** Keys of `bits` bits as digits of `digit_bits`; the last one may be shorter. */
template <int bits, int digit_bits>
struct Digits {
  static constexpr int count = (bits + digit_bits - 1) / digit_bits;
  static constexpr int last_values = 1 << (bits - digit_bits * (count - 1));

  __host__ __device__ static constexpr Digit at(int i) {
    const int above = digit_bits * i;
    const int width = bits - above < digit_bits ? bits - above : digit_bits;
    return {bits - above - width, width, i == 0};
  }
};

/** One value of a digit: how many keys have smaller ones, and how many this. */
template <class Count>
struct Bin {
  uint32_t value;
  Count below, equal;
};

/**
 * The value of the key of `rank`, from 0 and less than the number of keys. Thread t brings the
 * counts of values each * t .. each * t + each - 1; all threads get the result.
 */
template <int threads, int each, class Count>
__device__ Bin<Count> find_bin(const Count (&counts)[each], Count rank) {
  ESP_SHARED(found, Bin<Count>);
  Count own = 0;
#pragma unroll
  for (int k = 0; k < each; ++k) own += counts[k];
  Count below = block_sum_before<threads>(own);
  if (below <= rank && rank < below + own) {
#pragma unroll
    for (int k = 0; k < each; ++k) {
      if (below <= rank && rank < below + counts[k]) {
        found = {threadIdx.x * each + k, below, counts[k]};
      }
      below += counts[k];
    }
  }
  __syncthreads();
  return found;
}

// ---- over all blocks of a launch ---------------------------------------------------------------

inline constexpr int select_threads = 512;
/** Blocks that a multiprocessor holds at once: those of every architecture have 1536 threads. */
inline constexpr int select_residents = 3;
inline constexpr int select_digit_bits = 11;

/** The digits of a selection over all blocks. */
template <int key_bits>
using SelectDigits = Digits<key_bits, select_digit_bits>;

/** A selection in device memory. All zero before the first one; of each remains but the order. */
struct Selection {
  Order order;
  unsigned finished;  // blocks
  unsigned gate;      // where blocks that run together wait for a digit
  unsigned long long bins[1 << select_digit_bits];
};

/**
 * One digit of a selection, as a block sees it: every block of `select_threads` calls begin(),
 * add() for each of its keys, then choose().
 */
class DigitCount {
 public:
  /** `bins` is shared memory for 1 << select_digit_bits counts. */
  __device__ DigitCount(Digit digit, const Selection* selection, uint32_t* bins)
      : digit_(digit), known_(digit.first ? 0 : selection->order.key), bins_(bins) {}

  __device__ void begin() {
    for (int b = threadIdx.x; b < digit_.values(); b += select_threads) bins_[b] = 0;
    __syncthreads();
  }

  /** Additions of 1 to one address by several lanes are one access to shared memory: values that
      many keys have need no copies of their bins. */
  __device__ void add(uint32_t key) {
    if (digit_.continues(key, known_)) atomicAdd(&bins_[digit_.of(key)], 1U);
  }

  /**
   * Adds the block's counts to those of the others. The last of `blocks` to come, which may be
   * spread over several launches, extends the order by the digit that the key of `rank` has, and
   * gets true; it sees all that the others wrote before.
   */
  __device__ bool choose(unsigned long long rank, unsigned blocks, Selection* selection) {
    __syncthreads();
    for (int b = threadIdx.x; b < digit_.values(); b += select_threads) {
      const uint32_t count = bins_[b];
      if (count > 0) atomicAdd(&selection->bins[b], count);
    }
    if (!comes_last(blocks, selection)) return false;

    constexpr int each = (1 << select_digit_bits) / select_threads;
    unsigned long long counts[each];
#pragma unroll
    for (int k = 0; k < each; ++k) {
      counts[k] = atomicExch(&selection->bins[threadIdx.x * each + k], 0ULL);
    }
    const unsigned long long below = digit_.first ? 0 : selection->order.below;
    const auto bin = find_bin<select_threads>(counts, rank - below);
    if (threadIdx.x == 0) {
      selection->order = {known_ | bin.value << digit_.shift, below + bin.below, bin.equal};
    }
    return true;
  }

 private:
  __device__ static bool comes_last(unsigned blocks, Selection* selection) {
    ESP_SHARED(last, bool);
    __syncthreads();
    if (threadIdx.x == 0) last = take_ticket(&selection->finished, blocks) == blocks - 1;
    __syncthreads();
    return last;
  }

  Digit digit_;
  uint32_t known_;  // of a key's digits before this one
  uint32_t* bins_;
};

/**
 * `source.visit(add)` calls add(key) for each key of the block's share; keys have Source::key_bits
 * bits. If `block_counts` is not null, row b of it receives how many of the keys of block b have
 * each value of the last digit, of those that share all others with the key sought.
 */
template <class Source>
__global__ void __launch_bounds__(select_threads, select_residents)
    select_digit_kernel(Source source, Digit digit, unsigned long long rank, Selection* selection,
                        uint32_t* block_counts) {
  ESP_SHARED(bins, uint32_t[1 << select_digit_bits]);
  DigitCount count(digit, selection, bins);
  count.begin();
  source.visit([&](uint32_t key) { count.add(key); });
  if (block_counts != nullptr) {
    __syncthreads();
    for (int b = threadIdx.x; b < digit.values(); b += select_threads) {
      block_counts[static_cast<int64_t>(blockIdx.x) * digit.values() + b] = bins[b];
    }
  }
  count.choose(rank, gridDim.x, selection);
}

/** The most blocks that select_blocks() gives for so many keys, on any device. */
inline unsigned most_select_blocks(int64_t keys) {
  constexpr int64_t least_keys = 8 * select_threads, most = 1024;
  const int64_t useful = ceil_div(keys, least_keys);
  return static_cast<unsigned>(useful < most ? useful : most);
}

/** Blocks that all run at once, `residents` on a multiprocessor, if the keys are enough for them.
 */
inline unsigned select_blocks(int64_t keys, int residents = select_residents) {
  const unsigned most = most_select_blocks(keys);
  const auto at_once =
      static_cast<unsigned>(residents * device_attribute(cudaDevAttrMultiProcessorCount));
  return most < at_once ? most : at_once;
}

/**
 * Finds the key of `rank` (from 0, less than the number of keys) of a set: one launch a digit,
 * nothing on the host. selection->order holds it for what follows on the stream.
 * @param source       see select_digit_kernel; the same keys in the same block at each visit
 * @param blocks       of the grid that shares the keys, for instance select_blocks()
 * @param selection    in device memory, all zero before its first use
 * @param block_counts [blocks, SelectDigits<Source::key_bits>::last_values], or null
 */
template <class Source>
void select_kth(const Source& source, unsigned blocks, int64_t rank, Selection* selection,
                uint32_t* block_counts, cudaStream_t stream) {
  using Passes = SelectDigits<Source::key_bits>;
  for (int i = 0; i < Passes::count; ++i) {
    ESP_LAUNCH(select_digit_kernel<Source>, blocks, select_threads, 0, stream, source,
               Passes::at(i), static_cast<unsigned long long>(rank), selection,
               i == Passes::count - 1 ? block_counts : nullptr);
    check_launch();
  }
}

}  // namespace espalier::cuda
