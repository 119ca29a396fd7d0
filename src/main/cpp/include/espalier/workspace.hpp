/**
 * @file workspace.hpp
 * A workspace that owns its memory; part of espalier.hpp.
 */
#ifndef ESPALIER_WORKSPACE_HPP
#define ESPALIER_WORKSPACE_HPP

#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <utility>

namespace espalier {

/**
 * Scratch memory of the ops. It grows to the largest size asked for and is kept, so that one
 * workspace serves any number of calls, one after the other. Not for several threads at a time.
 */
class Workspace {
 public:
  /**
   * Gives `bytes` > 0 bytes, 64-byte aligned, on the device where the ops are to run; throws where
   * it cannot. The memory goes back when the last owner lets go of it, which on a CUDA device may
   * be before queued work has used it. So give it back in stream order:
   *
   *     espalier::Workspace workspace([stream](std::size_t bytes) {
   *       void* memory = nullptr;
   *       if (cudaMallocAsync(&memory, bytes, stream) != cudaSuccess) throw std::bad_alloc();
   *       return std::shared_ptr<void>(memory, [stream](void* m) { cudaFreeAsync(m, stream); });
   *     });
   */
  using Allocate = std::function<std::shared_ptr<void>(std::size_t bytes)>;

  /** A workspace for operands on the CPU. */
  Workspace() : Workspace(allocate_on_cpu) {}

  /** A workspace in memory from elsewhere. */
  explicit Workspace(Allocate allocate) : allocate_(std::move(allocate)) {}

  Workspace(Workspace&&) = default;
  Workspace& operator=(Workspace&&) = default;

  /** Makes room for `bytes` bytes; what was in the memory before is lost when it grows. */
  void reserve(std::size_t bytes) {
    if (bytes <= size_) return;
    memory_.reset();
    size_ = 0;
    memory_ = allocate_(bytes);
    size_ = bytes;
  }

  /** NULL before anything was reserved. */
  void* data() const noexcept { return memory_.get(); }
  std::size_t size() const noexcept { return size_; }

 private:
  static std::shared_ptr<void> allocate_on_cpu(std::size_t bytes) {
    constexpr std::align_val_t alignment{64};
    void* memory = ::operator new(bytes, alignment);
    return {memory, [](void* m) { ::operator delete(m, alignment); }};
  }

  Allocate allocate_;
  std::shared_ptr<void> memory_;
  std::size_t size_ = 0;
};

}  // namespace espalier

#endif
