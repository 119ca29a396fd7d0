/**
 * @file error.hpp
 * What a failed call throws; part of espalier.hpp.
 */
#ifndef ESPALIER_ERROR_HPP
#define ESPALIER_ERROR_HPP

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "espalier/espalier.h"

namespace espalier {

/** A call that failed: its status, the op, and one sentence. */
class Error : public std::runtime_error {
 public:
  /**
   * @param code what kind of failure, never ESP_OK
   * @param op   the function's name without prefix; must outlive the exception, as a literal does
   * @param text one sentence; what() is "op: text"
   */
  Error(esp_status code, const char* op, const std::string& text)
      : std::runtime_error(std::string(op) + ": " + text), code_(code), op_(op) {}

  /** What kind of failure. */
  esp_status code() const noexcept { return code_; }
  /** The function that failed, without prefix, as in "prune_n_of_m". */
  const char* op() const noexcept { return op_; }
  /** What went wrong, in one sentence. */
  const char* text() const noexcept { return what() + std::strlen(op_) + 2; }

 private:
  esp_status code_;
  const char* op_;
};

/** A matrix that has no Cholesky factor, with ESP_NUMERICAL_ERROR. */
class NotPositiveDefinite final : public Error {
 public:
  NotPositiveDefinite(const char* op, const std::string& text, std::int64_t pivot)
      : Error(ESP_NUMERICAL_ERROR, op, text), pivot_(pivot) {}

  /** The column of H whose pivot was not positive and finite. */
  std::int64_t pivot() const noexcept { return pivot_; }

 private:
  std::int64_t pivot_;
};

namespace detail {

/** The library's sentence about this thread's last failure, without the op it starts with. */
inline std::string last_error(const char* op) {
  const std::string text = esp_last_error();
  const std::string prefix = std::string(op) + ": ";
  return text.compare(0, prefix.size(), prefix) == 0 ? text.substr(prefix.size()) : text;
}

inline void check(esp_status status, const char* op) {
  if (status != ESP_OK) throw Error(status, op, last_error(op));
}

}  // namespace detail

}  // namespace espalier

#endif
