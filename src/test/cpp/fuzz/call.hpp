#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "espalier/espalier.h"
#include "operand.hpp"
#include "random.hpp"

namespace espalier::fuzz {

/** A promise of the header that a call broke, with the arguments. */
struct Failure {
  std::string text;
};

/** How a call ended. */
enum class Outcome {
  done,     // ESP_OK, or ESP_NUMERICAL_ERROR where the numbers are random
  refused,  // the arguments broke the contract, or their device is not there
  skipped,  // the contract allows the arguments, but there is no such memory
};

/**
 * One random call: an op makes its arguments here, says how each may be spoiled, and what its
 * contract is; then the call is made, and whatever the header promises is checked.
 */
class Call {
 public:
  Call(const char* op, int32_t device, Random& random)
      : op_(op), device_(device), random_(random) {}

  Random& random() { return random_; }

  /** A number of rows or columns: mostly few, sometimes more than a kernel's tile. */
  int64_t size();

  Operand& operand(const char* name, Operand::Role role, std::vector<esp_dtype> dtypes,
                   int64_t rows, int64_t cols);

  /** One more way to spoil the arguments. */
  void may_spoil(std::function<void()> spoiler) { spoilers_.push_back(std::move(spoiler)); }

  /** Gives `value` in place of an argument one way or another. */
  template <class T>
  void may_become(T& argument, std::common_type_t<std::vector<T>> values) {
    may_spoil([this, &argument, v = std::move(values)] {
      argument = v[static_cast<size_t>(random_.below(static_cast<int64_t>(v.size())))];
    });
  }

  /** Spoils some arguments, or none, as chance has it. */
  void spoil();

  /**
   * Takes scratch memory of exactly the size that the library asks for, unless chance spoils it.
   * @param asked      what the `_workspace_bytes` function said
   * @param least      what has to be there at the least; elsewhere `asked`
   * @param is_allowed whether the header allows the shapes asked about: else the answer is 0
   */
  void take_workspace(size_t asked, size_t least, bool is_allowed);
  void take_workspace(size_t asked, bool is_allowed) { take_workspace(asked, asked, is_allowed); }
  void* workspace() const { return workspace_; }
  size_t workspace_bytes() const { return workspace_bytes_; }

  /** ESP_NUMERICAL_ERROR is no surprise, the numbers being random; then `kept` is unchanged. */
  void numbers_may_fail(const Operand& kept) { kept_if_numbers_fail_ = &kept; }

  /**
   * Makes the call and checks what it did.
   * @param is_allowed whether the contract allows the arguments, devices and workspace aside
   * @param result     memory of the host that the call may write unless it refuses, or NULL
   * @param call       the call itself
   */
  template <class Result>
  Outcome make(bool is_allowed, Result* result, const std::function<esp_status()>& call) {
    return make(is_allowed, result, result == nullptr ? 0 : sizeof(Result), call);
  }
  Outcome make(bool is_allowed, const std::function<esp_status()>& call) {
    return make(is_allowed, nullptr, 0, call);
  }

  /** Throws a Failure. */
  [[noreturn]] void fail(const std::string& what) const;

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  Outcome make(bool is_allowed, void* result, size_t result_bytes,
               const std::function<esp_status()>& call);
  bool workspace_suffices() const;
  bool devices_agree() const;
  bool devices_are_there() const;
  void check_text() const;

  const char* op_;
  int32_t device_;
  Random& random_;
  std::deque<Operand> operands_;
  std::vector<std::function<void()>> spoilers_;
  std::unique_ptr<void, Free> memory_;
  void* workspace_ = nullptr;
  size_t workspace_bytes_ = 0;
  size_t least_bytes_ = 0;
  const Operand* kept_if_numbers_fail_ = nullptr;
};

}  // namespace espalier::fuzz
