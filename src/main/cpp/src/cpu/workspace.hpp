#pragma once

#include <cstddef>
#include <cstdint>

namespace espalier::cpu::ESPALIER_ISA {
namespace {

/** Bytes of an array in a workspace: whole cache lines, so that every array starts on one. */
template <class T>
constexpr size_t array_bytes(int64_t n) {
  return (static_cast<size_t>(n) * sizeof(T) + 63) / 64 * 64;
}

/** Takes arrays from a workspace one after another. */
class Workspace {
 public:
  explicit Workspace(void* begin) : next_(static_cast<char*>(begin)) {}

  template <class T>
  T* take(int64_t n) {
    T* array = reinterpret_cast<T*>(next_);
    next_ += array_bytes<T>(n);
    return array;
  }

 private:
  char* next_;
};

}  // namespace
}  // namespace espalier::cpu::ESPALIER_ISA
