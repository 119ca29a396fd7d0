#include "cpu/scores.hpp"
#include "cpu/threads.hpp"
#include "kernels.hpp"

namespace espalier::cpu::ESPALIER_ISA {

namespace {

/** Lane i receives lane (i + by) of its own group, wrapping round inside the group. */
template <int Group>
I32 rotate(I32 v, int by) {
  I32 from = {};
  for (int l = 0; l < lanes; ++l) from[l] = l / Group * Group + (l + by) % Group;
  return __builtin_shuffle(v, from);
}

/** 1 in the lanes where the rotation wraps round: what comes there has the lower index. */
template <int Group>
I32 wrapped(int by) {
  I32 wraps = {};
  for (int l = 0; l < lanes; ++l) wraps[l] = l % Group + by >= Group;
  return wraps;
}

/**
 * Whole vectors of groups that divide a vector: a key's rank is the number of keys in its group
 * that come before it. Returns the first column not done.
 */
template <int Group, class T, bool Scaled>
int64_t prune_vectors(T* w, const float* s, int64_t cols, int prune) {
  const ScoreRow<T, Scaled> row = {w, s};
  int64_t j = 0;
  for (; j + lanes <= cols; j += lanes) {
    const I32 keys = row.keys(j);
    I32 rank = {};
#pragma GCC unroll 16
    for (int by = 1; by < Group; ++by) {
      rank = count(rank, less(rotate<Group>(keys, by), keys + wrapped<Group>(by)));
    }
    zero(w + j, less(rank, broadcast(prune)));
  }
  return j;
}

/** One group of any size. */
template <class T, bool Scaled>
void prune_group(T* w, const float* s, int group, int prune) {
  const ScoreRow<T, Scaled> row = {w, s};
  int32_t keys[64 + lanes];
  for (int j = 0; j < group; j += lanes) {
    store(keys + j, j + lanes <= group ? row.keys(j) : row.keys(j, group - j));
  }
  for (int j = 0; j < group; j += lanes) {
    const int end = j + lanes < group ? j + lanes : group;
    const I32 own = load<I32>(keys + j);
    // An equal key comes before one at a higher index: own + 1 is compared with those at lower
    // ones.
    const I32 after_equals = own + 1;
    I32 rank = {};
    int i = 0;
    for (; i < j; ++i) rank = count(rank, less(broadcast(keys[i]), after_equals));
    for (; i < end; ++i) {
      const Mask lower = less(broadcast(i - j), iota());
      rank = count(rank, less(broadcast(keys[i]), select(lower, after_equals, own)));
    }
    for (; i < group; ++i) rank = count(rank, less(broadcast(keys[i]), own));
    const Mask pruned = less(rank, broadcast(prune));
    if (j + lanes <= group) {
      zero(w + j, pruned);
    } else {
      zero(w + j, pruned, group - j);
    }
  }
}

template <class T, bool Scaled>
void prune_row(T* w, const float* s, int64_t cols, int group, int prune) {
  int64_t j = 0;
  if (group == 2) {
    j = prune_vectors<2, T, Scaled>(w, s, cols, prune);
  } else if (group == 4) {
    j = prune_vectors<4, T, Scaled>(w, s, cols, prune);
  } else if (group == 8 && lanes >= 8) {
    j = prune_vectors<8, T, Scaled>(w, s, cols, prune);
  } else if (group == 16 && lanes >= 16) {
    j = prune_vectors<16, T, Scaled>(w, s, cols, prune);
  }
  for (; j < cols; j += group) {
    prune_group<T, Scaled>(w + j, Scaled ? s + j : nullptr, group, prune);
  }
}

}  // namespace

void prune_n_of_m(const esp_matrix& w, const float* s, int keep, int group,
                  const Execution& /*run*/) {
  const int threads = threads_for_elements(w.rows * w.cols);
  with_score_type(w, s, [&](auto type) {
    using Type = decltype(type);
    using T = typename Type::T;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t i = 0; i < w.rows; ++i) {
      T* row = static_cast<T*>(w.data) + i * w.row_stride;
      prune_row<T, Type::scaled>(row, s, w.cols, group, group - keep);
    }
  });
}

}  // namespace espalier::cpu::ESPALIER_ISA
