#include <cuda_runtime.h>

#include <stdexcept>

#include "device.hpp"
#include "espalier/espalier.h"

namespace espalier::bench {

namespace {

void check(cudaError_t error) {
  if (error != cudaSuccess) {
    cudaGetLastError();
    throw std::runtime_error(std::string("CUDA: ") + cudaGetErrorString(error));
  }
}

std::string describe(int32_t ordinal) {
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, ordinal));
  return properties.name;
}

/** A CUDA device; everything is queued on the legacy default stream. */
class Cuda final : public Device {
 public:
  explicit Cuda(int32_t ordinal) : Device(ordinal, describe(ordinal)) {
    check(cudaSetDevice(ordinal));
    int l2 = 0;
    check(cudaDeviceGetAttribute(&l2, cudaDevAttrL2CacheSize, ordinal));
    // More than needed to empty the cache: while it is being written and read, the op's first
    // kernels are queued, so that the events time the device and not the way there.
    flush_view_ = {nullptr,
                   4 * static_cast<int64_t>(l2) / flush_row_bytes,
                   flush_row_bytes / static_cast<int64_t>(sizeof(float)),
                   flush_row_bytes / static_cast<int64_t>(sizeof(float)),
                   ESP_F32,
                   ordinal};
    flush_ = allocate(flush_bytes());
    flush_view_.data = flush_.get();
    sums_ = allocate(flush_row_bytes * 2);
    sums_view_ = {sums_.get(), 1, flush_view_.cols, flush_view_.cols, ESP_F64, ordinal};
    workspace_bytes_ = esp_accumulate_squares_workspace_bytes(&flush_view_);
    workspace_ = allocate(workspace_bytes_);
    check(cudaEventCreate(&start_));
    check(cudaEventCreate(&stop_));
  }

  ~Cuda() override {
    cudaEventDestroy(start_);
    cudaEventDestroy(stop_);
  }

  Buffer allocate(size_t bytes) const override {
    void* memory = nullptr;
    check(cudaMalloc(&memory, bytes));
    return {memory, [](void* p) { cudaFree(p); }};
  }

  void copy(void* to, const void* from, size_t bytes) const override {
    check(cudaMemcpy(to, from, bytes, cudaMemcpyDefault));
    // A copy within the device returns before it is done.
    check(cudaStreamSynchronize(nullptr));
  }

  /** Writes more than the cache holds, then reads it: written lines alone would have to be taken
      back to memory on the op's time. The op that only reads and does not wait sums squares. */
  void flush_cache() override {
    check(cudaMemsetAsync(flush_.get(), 0, flush_bytes(), nullptr));
    if (esp_accumulate_squares(&flush_view_, &sums_view_, workspace_.get(), workspace_bytes_,
                               nullptr) != ESP_OK) {
      throw std::runtime_error(esp_last_error());
    }
  }

  double seconds(const std::function<void()>& work) override {
    check(cudaEventRecord(start_, nullptr));
    work();
    check(cudaEventRecord(stop_, nullptr));
    check(cudaEventSynchronize(stop_));
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, start_, stop_));
    return milliseconds * 1e-3;
  }

 protected:
  void queue_copy(void* to, const void* from, size_t bytes) override {
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, nullptr));
  }

 private:
  static constexpr int64_t flush_row_bytes = 4096;

  size_t flush_bytes() const { return static_cast<size_t>(flush_view_.rows * flush_row_bytes); }

  esp_matrix flush_view_{}, sums_view_{};
  Buffer flush_{nullptr, [](void*) {}}, sums_{nullptr, [](void*) {}};
  Buffer workspace_{nullptr, [](void*) {}};
  size_t workspace_bytes_ = 0;
  cudaEvent_t start_ = nullptr, stop_ = nullptr;
};

}  // namespace

std::unique_ptr<Device> open_cuda(int32_t ordinal) { return std::make_unique<Cuda>(ordinal); }

}  // namespace espalier::bench
