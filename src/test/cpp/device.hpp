#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <vector>

#include "espalier/espalier.h"
#if defined(ESPALIER_SIMULATED) || defined(ESPALIER_TEST_CUDA)
#include <cuda_runtime.h>
#endif

/**
 * Where the kernel tests run: on the CPU; on the simulated CUDA device in espalier_sim_tests; on a
 * real one with CUDA_LAUNCH_BLOCKING=1 ESPALIER_TEST_DEVICE=0 espalier_tests.
 */
namespace espalier::test {

/** The device of every operand: -1 for the CPU. */
inline int32_t device() {
#if defined(ESPALIER_SIMULATED)
  return 0;
#elif defined(ESPALIER_TEST_CUDA)
  static const int32_t chosen = [] {
    const char* text = std::getenv("ESPALIER_TEST_DEVICE");
    return text == nullptr ? -1 : std::atoi(text);
  }();
  return chosen;
#else
  return -1;
#endif
}

/** Memory that both the host and the tested device reach. */
template <class T>
struct Allocator {
  using value_type = T;

  Allocator() = default;
  template <class U>
  Allocator(const Allocator<U>&) {}

  T* allocate(size_t n) {
#if defined(ESPALIER_TEST_CUDA)
    void* memory = nullptr;
    if (device() >= 0) {
      if (cudaMallocManaged(&memory, n * sizeof(T)) != cudaSuccess) throw std::bad_alloc();
      return static_cast<T*>(memory);
    }
#endif
    return static_cast<T*>(::operator new(n * sizeof(T)));
  }
  void deallocate(T* memory, size_t) {
#if defined(ESPALIER_TEST_CUDA)
    if (device() >= 0) return static_cast<void>(cudaFree(memory));
#endif
    ::operator delete(memory);
  }
  template <class U>
  bool operator==(const Allocator<U>&) const {
    return true;
  }
  template <class U>
  bool operator!=(const Allocator<U>&) const {
    return false;
  }
};

template <class T>
using Array = std::vector<T, Allocator<T>>;

/** Scratch aligned as the interface asks, filled with 0xFF (NaN in every dtype), with a guard
   behind it that must stay untouched. */
class Workspace {
 public:
  explicit Workspace(size_t bytes) : bytes_(bytes), memory_(bytes + 128, 0xFF) {
    for (size_t i = 0; i < guard; ++i) begin()[bytes_ + i] = 0xCD;
  }
  ~Workspace() {
    for (size_t i = 0; i < guard; ++i) EXPECT_EQ(0xCD, begin()[bytes_ + i]) << "past the workspace";
  }
  void* data() const { return begin(); }
  size_t bytes() const { return bytes_; }

 private:
  static constexpr size_t guard = 64;

  unsigned char* begin() const {
    const uintptr_t address = reinterpret_cast<uintptr_t>(memory_.data());
    return const_cast<unsigned char*>(memory_.data()) + (64 - address % 64) % 64;
  }
  size_t bytes_;
  Array<unsigned char> memory_;
};

/** Runs body() with several numbers of threads; on the simulated device, orders of threads. */
template <class Body>
void for_each_thread_count(const Body& body) {
#if defined(ESPALIER_SIMULATED)
  for (unsigned seed : {1U, 2U, 3U}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    sim::seed(seed);
    body();
  }
#else
  for (int threads : {1, 2, 5}) {
    SCOPED_TRACE("threads " + std::to_string(threads));
    esp_set_num_threads(threads);
    body();
  }
  esp_set_num_threads(0);
#endif
}

/** Runs body(), or body(kernels), as for_each_thread_count; on the CPU for each instruction set of
    this machine, whose name is `kernels`. */
template <class Body>
void for_every_setting(const Body& body) {
  for (const char* isa : {"portable", "avx2", "avx512"}) {
    if (device() < 0 && esp_set_cpu_isa(isa) != ESP_OK) continue;
    SCOPED_TRACE(isa);
    for_each_thread_count([&] {
      if constexpr (std::is_invocable_v<Body, std::string>) {
        body(std::string(isa));
      } else {
        body();
      }
    });
    if (device() >= 0) return;
  }
  esp_set_cpu_isa(nullptr);
}

}  // namespace espalier::test
