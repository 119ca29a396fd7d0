#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <vector>

namespace sim {

/**
 * Shared memory of a block: every variable has a gap behind it. Of asynchronous copies it knows
 * which are visible to wgmma, which reads by another way (the async proxy).
 */
class SharedMemory {
 public:
  SharedMemory();

  /** For the next block. */
  void reset();

  void* variable(const void* key, size_t bytes, size_t alignment);

  /** What its variables and the gaps take so far. */
  size_t used() const { return used_; }

  /** Its own address of a byte; `capacity` for one that is not here. */
  size_t address(const void* byte) const;

  /** The byte at an address, and those behind it. */
  const unsigned char* at(size_t address) const { return memory_.get() + address; }

  /** A thread's copy has arrived. */
  void note_copy(const void* to, unsigned thread);

  /** Makes a thread's copies so far visible to wgmma. */
  void fence(unsigned thread) { ++fences_[thread]; }

  /** Whether the copy that wrote a byte, if one did, is visible to wgmma. */
  bool is_fenced(size_t address) const;

 private:
  static constexpr size_t capacity = 1024 * 1024;
  static constexpr size_t alignment = 1024;
  static constexpr size_t chunk = 16;
  static constexpr size_t max_threads = 1024;

  /** The last copy to a chunk: by which thread, counted from 1, after how many of its fences. */
  struct Write {
    unsigned by = 0;
    unsigned fences = 0;
  };
  struct Delete {
    void operator()(unsigned char* memory) const {
      operator delete[](memory, std::align_val_t{alignment});
    }
  };
  std::unique_ptr<unsigned char[], Delete> memory_;
  std::vector<Write> writes_{capacity / chunk};
  std::vector<unsigned> fences_ = std::vector<unsigned>(max_threads);
  std::map<const void*, void*> variables_;
  size_t used_ = 0;
};

/** That of the running block. */
SharedMemory& shared_memory();

}  // namespace sim
