#pragma once

#include "element.cuh"

/** The elements of a matrix in packs (element.cuh), numbered in row-major order. */
namespace espalier::cuda {

/** Numbers first, first + step, ... below end: one thread's. */
struct Steps {
  int64_t first, end, step;
};

/** Of begin .. end - 1, this thread's if the block takes them all. */
__device__ inline Steps steps_in_block(int64_t begin, int64_t end) {
  return {begin + threadIdx.x, end, blockDim.x};
}

/** Of 0 .. end - 1, this thread's if the grid takes them all. */
__device__ inline Steps steps_in_grid(int64_t end) {
  const int64_t threads = blockDim.x;
  return {blockIdx.x * threads + threadIdx.x, end, gridDim.x * threads};
}

/** Goes through packs of a matrix; divides only at the start. */
template <class T, int count>
class Cursor {
 public:
  __device__ Cursor(const View<T>& w, Steps steps)
      : w_(w), packs_(w.cols / count), left_(steps.end - steps.first), step_(steps.step) {
    row_ = steps.first / packs_;
    pack_ = steps.first % packs_;
    step_rows_ = step_ / packs_;
    step_packs_ = step_ % packs_;
  }

  __device__ bool inside() const { return left_ > 0; }
  __device__ void next() {
    left_ -= step_;
    row_ += step_rows_;
    pack_ += step_packs_;
    if (pack_ >= packs_) {
      pack_ -= packs_;
      ++row_;
    }
  }

  __device__ int64_t column() const { return pack_ * count; }
  __device__ auto* pack() const {
    using To = std::conditional_t<std::is_const_v<T>, const Pack<std::remove_const_t<T>, count>,
                                  Pack<T, count>>;
    return reinterpret_cast<To*>(w_.row(row_) + column());
  }

 private:
  View<T> w_;
  int64_t packs_, left_, step_;
  int64_t row_, pack_, step_rows_, step_packs_;
};

/** Calls visit(pack, column) for packs of w; the next one is already under way. */
template <int count, class T, class Visit>
__device__ void visit_packs(const View<const T>& w, Steps steps, const Visit& visit) {
  Cursor<const T, count> cursor(w, steps);
  if (!cursor.inside()) return;
  Pack<T, count> next = *cursor.pack();
  for (bool more = true; more;) {
    const Pack<T, count> pack = next;
    const int64_t column = cursor.column();
    cursor.next();
    more = cursor.inside();
    if (more) next = *cursor.pack();
    visit(pack, column);
  }
}

}  // namespace espalier::cuda
