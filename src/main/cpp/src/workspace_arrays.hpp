#pragma once

#include <cstddef>
#include <cstdint>

namespace espalier {

/**
 * Cuts a workspace into arrays one after another, each aligned if the workspace is. Without a
 * workspace it only counts the bytes.
 * Always inlined: no function compiled for one instruction set may stand in for another's.
 */
template <size_t alignment>
class WorkspaceArrays {
 public:
  [[gnu::always_inline]] explicit WorkspaceArrays(void* base) : base_(static_cast<char*>(base)) {}

  template <class T>
  [[gnu::always_inline]] T* take(int64_t count) {
    T* start = base_ == nullptr ? nullptr : reinterpret_cast<T*>(base_ + used_);
    used_ += (static_cast<size_t>(count) * sizeof(T) + alignment - 1) / alignment * alignment;
    return start;
  }

  [[gnu::always_inline]] size_t used() const { return used_; }

 private:
  char* base_;
  size_t used_ = 0;
};

}  // namespace espalier
