#pragma once

#include <cstring>
#include <type_traits>

#include "element.cuh"

/** The elements of a matrix in packs (element.cuh), numbered in row-major order. */
namespace espalier::cuda {

/** Numbers first, first + step, ... below end: one thread's. */
struct Steps {
  int64_t first, end;
  int step;
};

/** Of begin .. end - 1, this thread's if the block takes them all. */
__device__ inline Steps steps_in_block(int64_t begin, int64_t end) {
  return {begin + threadIdx.x, end, static_cast<int>(blockDim.x)};
}

/** Of 0 .. end - 1, this thread's if the grid takes them all. */
__device__ inline Steps steps_in_grid(int64_t end) {
  return {static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x, end,
          static_cast<int>(gridDim.x * blockDim.x)};
}

/** Goes through packs of a matrix; divides only at the start. */
template <class T, int count_>
class MatrixCursor {
 public:
  static constexpr int count = count_;
  using Packed = Pack<T, count>;

  __device__ MatrixCursor(const View<T>& w, Steps steps)
      : left_(steps.end - steps.first), step_(steps.step), row_packs_(w.cols / count) {
    if (left_ <= 0) return;
    number_ = steps.first % row_packs_;
    step_in_row_ = static_cast<int>(step_ % row_packs_);
    at_ = w.row(steps.first / row_packs_) + number_ * count;
    ahead_ = step_ / row_packs_ * w.stride + step_in_row_ * count;
    to_next_row_ = w.stride - row_packs_ * count;
  }

  __device__ bool inside() const { return left_ > 0; }
  __device__ Packed* pack() const { return reinterpret_cast<Packed*>(at_); }
  __device__ int64_t column() const { return number_ * count; }

  __device__ void next() {
    left_ -= step_;
    at_ += ahead_;
    number_ += step_in_row_;
    if (number_ >= row_packs_) {
      number_ -= row_packs_;
      at_ += to_next_row_;
    }
  }

 private:
  int64_t left_;
  int step_;
  int64_t row_packs_;
  T* at_ = nullptr;
  int64_t number_ = 0;                   // in the row
  int step_in_row_ = 0;                  // after whole rows
  int64_t ahead_ = 0, to_next_row_ = 0;  // elements
};

/** Goes through the packs of one row, a block all together. */
template <class T, int count_>
class RowCursor {
 public:
  static constexpr int count = count_;
  using Packed = Pack<T, count>;

  __device__ RowCursor(T* row, int64_t packs)
      : row_(reinterpret_cast<Packed*>(row)), packs_(packs), number_(threadIdx.x) {}

  __device__ bool inside() const { return number_ < packs_; }
  __device__ Packed* pack() const { return row_ + number_; }
  __device__ int64_t column() const { return number_ * count; }
  __device__ void next() { number_ += blockDim.x; }

 private:
  Packed* row_;
  int64_t packs_, number_;
};

/** The bits of a pack as whole registers. */
template <class Packed>
using Words = std::conditional_t<sizeof(Packed) % sizeof(uint32_t) == 0,
                                 Pack<uint32_t, (sizeof(Packed) + 3) / sizeof(uint32_t)>, Packed>;

/** Calls visit(pack, column) for the packs to come; the next one is already under way. */
template <class Cursor, class Visit>
__device__ void visit_packs(Cursor cursor, const Visit& visit) {
  using Packed = typename Cursor::Packed;
  if (!cursor.inside()) return;
  auto next = *reinterpret_cast<const Words<Packed>*>(cursor.pack());
  for (bool more = true; more;) {
    Packed pack;
    std::memcpy(&pack, &next, sizeof pack);
    const int64_t column = cursor.column();
    cursor.next();
    more = cursor.inside();
    if (more) next = *reinterpret_cast<const Words<Packed>*>(cursor.pack());
    visit(pack, column);
  }
}

}  // namespace espalier::cuda
