#pragma once

#include <cstddef>
#include <cstdint>

namespace espalier::cuda {

/** Cuts a workspace into arrays, each 256-byte aligned if the workspace is. Without a workspace it
    only counts the bytes. */
class Workspace {
 public:
  explicit Workspace(void* base) : base_(static_cast<char*>(base)) {}

  template <class T>
  T* take(int64_t count) {
    T* start = base_ == nullptr ? nullptr : reinterpret_cast<T*>(base_ + used_);
    used_ += (static_cast<size_t>(count) * sizeof(T) + 255) / 256 * 256;
    return start;
  }

  size_t used() const { return used_; }

 private:
  char* base_;
  size_t used_ = 0;
};

}  // namespace espalier::cuda
