#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <vector>

#include "espalier/espalier.h"
#include "random.hpp"

namespace espalier::fuzz {

/** No matrix may be larger. */
inline constexpr int64_t max_matrix_bytes = int64_t{1} << 56;

/**
 * A matrix argument: heap memory of exactly its size, so that AddressSanitizer sees every access
 * beyond it, with poisoned gaps between its rows; and the view that is passed, which may be
 * spoiled.
 */
class Operand {
 public:
  enum class Role { read, written, optional_read, optional_written };

  /** A matrix of random content, of a random type among `dtypes`, that keeps the contract. */
  Operand(const char* name, Role role, std::vector<esp_dtype> dtypes, int64_t rows, int64_t cols,
          int32_t device, Random& random);

  /** What the call gets; NULL where the operand is left out. */
  const esp_matrix* passed() const { return given_ ? &view_ : nullptr; }
  const esp_matrix& view() const { return view_; }
  const char* name() const { return name_; }

  /** Leaves it out, as optional operands may be. */
  void leave_out() { given_ = false; }

  /** Changes one thing about the view, mostly for the worse. */
  void spoil(Random& random);

  bool is_given() const { return given_; }
  bool is_optional() const {
    return role_ == Role::optional_read || role_ == Role::optional_written;
  }
  /** Whether the header allows the view, for a question after sizes: its memory aside. */
  bool has_valid_shape() const;
  /** Whether the header allows the operand. */
  bool is_valid() const;
  /** The same where it has to have a shape. */
  bool is_valid(int64_t rows, int64_t cols) const;
  /** Whether a kernel that takes the view as it is stays inside the memory. */
  bool fits() const;

  /** Before the call: guards the gaps between the rows, and remembers the content. */
  void arm();
  /** After the call: whether nothing was written where nothing may be, which is everywhere if the
      operand is only read or `kept`. */
  bool disarm(bool kept);

  /** Elements of float matrices, as long as the view is not spoiled. */
  float* at(int64_t i, int64_t j);

 private:
  int64_t extent() const;
  bool may_write() const { return role_ == Role::written || role_ == Role::optional_written; }
  void fill(Random& random);
  /** Whether the gaps between the rows of the memory lie between the rows of the view, too. */
  bool has_gaps_of_view() const;
  void set_gaps(bool poisoned) const;

  const char* name_;
  Role role_;
  std::vector<esp_dtype> dtypes_;
  bool given_ = true;
  esp_matrix view_;
  esp_matrix whole_;  // the view before anything was spoiled
  int64_t shift_;     // bytes from the memory to the matrix
  std::unique_ptr<unsigned char[]> memory_;
  std::vector<unsigned char> before_;
};

}  // namespace espalier::fuzz
