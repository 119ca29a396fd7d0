#include "cpu/ops.hpp"
#include "cpu/threads.hpp"

namespace espalier::cpu::ESPALIER_ISA {

namespace {

/** Bits is the unsigned integer of the element's width; the sign bit is shifted out, so -0 counts.
 */
template <class Bits>
int64_t count(const esp_matrix& w) {
  const Bits* data = static_cast<const Bits*>(w.data);
  int64_t zeros = 0;
#pragma omp parallel for num_threads(num_threads()) reduction(+ : zeros) schedule(static)
  for (int64_t i = 0; i < w.rows; ++i) {
    const Bits* row = data + i * w.row_stride;
    int64_t in_row = 0;
    for (int64_t j = 0; j < w.cols; ++j) in_row += static_cast<Bits>(row[j] << 1) == 0;
    zeros += in_row;
  }
  return zeros;
}

}  // namespace

int64_t count_zeros(const esp_matrix& w) {
  return w.dtype == ESP_F32 ? count<uint32_t>(w) : count<uint16_t>(w);
}

}  // namespace espalier::cpu::ESPALIER_ISA
