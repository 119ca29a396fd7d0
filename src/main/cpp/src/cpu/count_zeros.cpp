#include "cpu/threads.hpp"
#include "kernels.hpp"

namespace espalier::cpu::ESPALIER_ISA {

namespace {

/**
 * Bits is the unsigned integer of the element's width; the sign bit is shifted out, so -0 counts.
 * Counting in that width for as long as it cannot overflow keeps every lane of a vector at work.
 */
template <class Bits>
int64_t count_row(const Bits* row, int64_t cols) {
  constexpr int64_t stretch = 32768;
  int64_t zeros = 0;
  for (int64_t begin = 0; begin < cols; begin += stretch) {
    const int64_t end = begin + stretch < cols ? begin + stretch : cols;
    Bits in_stretch = 0;
    for (int64_t j = begin; j < end; ++j) {
      in_stretch = static_cast<Bits>(in_stretch + (static_cast<Bits>(row[j] << 1) == 0));
    }
    zeros += in_stretch;
  }
  return zeros;
}

template <class Bits>
int64_t count(const esp_matrix& w) {
  const Bits* data = static_cast<const Bits*>(w.data);
  int64_t zeros = 0;
  const int threads = threads_for_elements(w.rows * w.cols);
#pragma omp parallel for num_threads(threads) reduction(+ : zeros) schedule(static)
  for (int64_t i = 0; i < w.rows; ++i) zeros += count_row(data + i * w.row_stride, w.cols);
  return zeros;
}

}  // namespace

size_t count_zeros_workspace(const esp_matrix& /*w*/) { return 0; }

int64_t count_zeros(const esp_matrix& w, const Execution& /*run*/) {
  return w.dtype == ESP_F32 ? count<uint32_t>(w) : count<uint16_t>(w);
}

}  // namespace espalier::cpu::ESPALIER_ISA
