#include <cuda_runtime.h>

#include <stdexcept>

#include "device.hpp"

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
    // More than needed to empty the cache: while it is being written, the op's first kernels are
    // queued, so that the events time the device and not the way there.
    flush_bytes_ = 4 * static_cast<size_t>(l2);
    flush_ = allocate(flush_bytes_);
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

  void flush_cache() override { check(cudaMemsetAsync(flush_.get(), 1, flush_bytes_, nullptr)); }

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
  size_t flush_bytes_ = 0;
  Buffer flush_{nullptr, [](void*) {}};
  cudaEvent_t start_ = nullptr, stop_ = nullptr;
};

}  // namespace

std::unique_ptr<Device> open_cuda(int32_t ordinal) { return std::make_unique<Cuda>(ordinal); }

}  // namespace espalier::bench
