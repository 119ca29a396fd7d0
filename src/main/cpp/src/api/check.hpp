#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>

#include "api/guarded.hpp"
#include "espalier/espalier.h"

/** Argument checks of the C interface. Each throws Error{ESP_INVALID_ARGUMENT} with one sentence.
 */
namespace espalier::api {

[[noreturn]] void invalid(const std::string& text);

inline void require(bool condition, const char* text) {
  if (!condition) invalid(text);
}

/** A readable view: not null, known dtype among `dtypes`, sizes >= 1, aligned, row_stride >= cols.
 */
void check_matrix(const esp_matrix* m, const char* name, std::initializer_list<esp_dtype> dtypes);

/** check_matrix plus an exact shape. */
void check_shape(const esp_matrix* m, const char* name, int64_t rows, int64_t cols,
                 std::initializer_list<esp_dtype> dtypes);

/**
 * A struct for results: not null, and of at least the size it had in the ABI version's first
 * release.
 */
template <class Result>
void check_result(const Result* result, size_t first_size) {
  require(result != nullptr, "result is NULL");
  if (result->struct_size < first_size) {
    invalid("result has struct_size " + std::to_string(result->struct_size) +
            ", expected at least " + std::to_string(first_size));
  }
}

/** Writes what was found behind the caller's struct_size, as far as that goes. */
template <class Result>
void hand_out(const Result& found, Result& result) {
  constexpr size_t begin = sizeof result.struct_size;
  static_assert(offsetof(Result, struct_size) == 0 && sizeof result.struct_size == sizeof(size_t));
  const size_t end = result.struct_size < sizeof found ? result.struct_size : sizeof found;
  std::memcpy(reinterpret_cast<char*>(&result) + begin,
              reinterpret_cast<const char*>(&found) + begin, end - begin);
}

void check_workspace(const void* workspace, size_t given, size_t needed);

/** Whether check_matrix would take the view, its memory aside, and this build has kernels for its
    device: a size query for any other answers 0. */
bool can_size(const esp_matrix* m, std::initializer_list<esp_dtype> dtypes) noexcept;

/** The same for an f32 matrix [n, n] that goes with the view. */
bool can_size_square(int64_t n) noexcept;

}  // namespace espalier::api
