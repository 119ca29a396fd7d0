#include "operand.hpp"

#include <sanitizer/asan_interface.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "espalier/dtype.hpp"

namespace espalier::fuzz {

namespace {

/** An element's bits: of any kind, of few values with many ties, or of ordinary size. */
uint64_t random_element(esp_dtype dtype, int kind, Random& random) {
  const uint64_t bits = random.bits();
  const uint64_t mantissa = bits >> 20, sign = bits >> 19 & 1, step = bits % 8;
  switch (dtype) {
    case ESP_F32:
      if (kind == 1) return sign << 31 | (step == 0 ? 0 : (124 + step / 2) << 23);
      if (kind == 2) return sign << 31 | (120 + step) << 23 | (mantissa & 0x7FFFFF);
      return bits;
    case ESP_F16:
      if (kind == 1) return sign << 15 | (step == 0 ? 0 : (12 + step / 2) << 10);
      if (kind == 2) return sign << 15 | (8 + step) << 10 | (mantissa & 0x3FF);
      return bits;
    case ESP_BF16:
      if (kind == 1) return sign << 15 | (step == 0 ? 0 : (124 + step / 2) << 7);
      if (kind == 2) return sign << 15 | (120 + step) << 7 | (mantissa & 0x7F);
      return bits;
    case ESP_F64:
      return kind == 0 ? bits : sign << 63 | (1016 + step) << 52 | (mantissa & 0xFFFFFFFF);
    default:
      return bits;
  }
}

int64_t size_of(esp_dtype dtype) { return static_cast<int64_t>(element_size(dtype)); }

}  // namespace

Operand::Operand(const char* name, Role role, std::vector<esp_dtype> dtypes, int64_t rows,
                 int64_t cols, int32_t device, Random& random)
    : name_(name), role_(role), dtypes_(std::move(dtypes)) {
  const esp_dtype dtype =
      dtypes_[static_cast<size_t>(random.below(static_cast<int64_t>(dtypes_.size())))];
  const int64_t stride = cols + (random.once_in(2) ? random.below(20) : 0);
  // Sometimes one element into the memory, so that vectors are not aligned by luck.
  shift_ = random.once_in(2) ? size_of(dtype) : 0;
  whole_ = {nullptr, rows, cols, stride, dtype, device};
  memory_.reset(new unsigned char[static_cast<size_t>(shift_ + extent())]);
  whole_.data = memory_.get() + shift_;
  view_ = whole_;
  fill(random);
}

int64_t Operand::extent() const {
  return ((whole_.rows - 1) * whole_.row_stride + whole_.cols) * size_of(whole_.dtype);
}

float* Operand::at(int64_t i, int64_t j) {
  return static_cast<float*>(whole_.data) + i * whole_.row_stride + j;
}

void Operand::fill(Random& random) {
  const int64_t size = size_of(whole_.dtype);
  const int kind = static_cast<int>(random.below(3));
  unsigned char* data = static_cast<unsigned char*>(whole_.data);
  for (int64_t at = 0; at < extent(); at += size) {
    const uint64_t element = random_element(whole_.dtype, kind, random);
    std::memcpy(data + at, &element, static_cast<size_t>(size));
  }
}

bool Operand::has_gaps_of_view() const {
  return view_.cols <= whole_.cols && view_.row_stride == whole_.row_stride &&
         view_.dtype == whole_.dtype && view_.data == whole_.data;
}

void Operand::set_gaps(bool poisoned) const {
  const int64_t size = size_of(whole_.dtype);
  const int64_t gap = (whole_.row_stride - whole_.cols) * size;
  unsigned char* data = static_cast<unsigned char*>(whole_.data);
  for (int64_t i = 0; i + 1 < whole_.rows && gap > 0; ++i) {
    unsigned char* begin = data + (i * whole_.row_stride + whole_.cols) * size;
    if (poisoned) {
      ASAN_POISON_MEMORY_REGION(begin, static_cast<size_t>(gap));
    } else {
      ASAN_UNPOISON_MEMORY_REGION(begin, static_cast<size_t>(gap));
    }
  }
}

void Operand::arm() {
  const unsigned char* data = static_cast<const unsigned char*>(whole_.data);
  before_.assign(data, data + extent());
  if (has_gaps_of_view()) set_gaps(true);
}

bool Operand::disarm(bool kept) {
  set_gaps(false);
  const unsigned char* data = static_cast<const unsigned char*>(whole_.data);
  if (kept || !may_write()) return std::equal(before_.begin(), before_.end(), data);
  const int64_t size = size_of(whole_.dtype);
  for (int64_t i = 0; i + 1 < whole_.rows && has_gaps_of_view(); ++i) {
    const int64_t gap = (i * whole_.row_stride + whole_.cols) * size;
    const int64_t next = (i + 1) * whole_.row_stride * size;
    if (!std::equal(before_.begin() + gap, before_.begin() + next, data + gap)) return false;
  }
  return true;
}

void Operand::spoil(Random& random) {
  constexpr int64_t least = std::numeric_limits<int64_t>::min();
  constexpr int64_t most = std::numeric_limits<int64_t>::max();
  constexpr int64_t bit = 1;
  const auto size = [&](int64_t right) {
    return random.pick({right - 1, right + 1, int64_t{0}, int64_t{-1}, -right, least, most,
                        most / 2, bit << 31, bit << 32, bit << 40, bit << 47, bit << 55,
                        bit << 62});
  };
  switch (random.below(8)) {
    case 0:
      given_ = false;
      break;
    case 1:
      view_.data = nullptr;
      break;
    case 2:
      view_.data = static_cast<unsigned char*>(whole_.data) + 1;
      break;
    case 3:
      view_.rows = size(whole_.rows);
      break;
    case 4:
      view_.cols = size(whole_.cols);
      break;
    case 5:
      view_.row_stride = random.once_in(3) ? whole_.cols : size(whole_.cols);
      break;
    case 6:
      view_.dtype = static_cast<esp_dtype>(
          random.once_in(2) ? random.between(ESP_F32, ESP_I64)
                            : random.pick<int64_t>({-1, 6, 7, 8, 100, INT32_MIN, INT32_MAX}));
      break;
    default:
      view_.device = random.pick<int32_t>({-2, INT32_MIN, INT32_MAX, -1, 0, 1, 7});
  }
}

bool Operand::has_valid_shape() const {
  const esp_matrix& m = view_;
  if (!given_ || std::find(dtypes_.begin(), dtypes_.end(), m.dtype) == dtypes_.end()) return false;
  if (m.rows < 1 || m.cols < 1 || m.row_stride < m.cols || m.device < -1) return false;
  return static_cast<__int128>(m.rows) * m.row_stride <= max_matrix_bytes / size_of(m.dtype);
}

bool Operand::is_valid() const {
  if (!given_) return is_optional();
  const uintptr_t size = static_cast<uintptr_t>(size_of(view_.dtype));
  return has_valid_shape() && view_.data != nullptr &&
         reinterpret_cast<uintptr_t>(view_.data) % size == 0;
}

bool Operand::is_valid(int64_t rows, int64_t cols) const {
  return is_valid() && (!given_ || (view_.rows == rows && view_.cols == cols));
}

bool Operand::fits() const {
  if (!given_) return true;
  const __int128 elements = static_cast<__int128>(view_.rows - 1) * view_.row_stride + view_.cols;
  const int64_t begin = static_cast<unsigned char*>(view_.data) - memory_.get();
  return begin + elements * size_of(view_.dtype) <= shift_ + extent();
}

}  // namespace espalier::fuzz
