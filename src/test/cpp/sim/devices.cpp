#include <cuda.h>
#include <cuda_runtime.h>

#include <array>
#include <string_view>
#include <vector>

#include "internals.h"

// Devices, their contexts, and which of them is current: in the runtime's own words, and beneath,
// on the driver's stack of contexts, which goes first.

namespace {

constexpr int most_devices = 4;

int device_count = 1;
int driver_version = 13000;
cudaError_t initialization = cudaSuccess;
std::array<bool, most_devices> contexts{};  // which devices have one
int set_device = 0;                         // by cudaSetDevice
std::vector<int> stack;                     // devices of contexts; -1 where there is none

int current() { return stack.empty() || stack.back() < 0 ? set_device : stack.back(); }

CUcontext context_of(int device) { return reinterpret_cast<CUcontext>(uintptr_t(device) + 1); }
int device_of(CUcontext context) {
  return static_cast<int>(reinterpret_cast<uintptr_t>(context)) - 1;
}

CUresult get_device(CUdevice* device, int ordinal) { return *device = ordinal, CUDA_SUCCESS; }
CUresult retain_primary(CUcontext* context, CUdevice device) {
  contexts.at(static_cast<size_t>(device)) = true;
  return *context = context_of(device), CUDA_SUCCESS;
}
CUresult push(CUcontext context) { return stack.push_back(device_of(context)), CUDA_SUCCESS; }
CUresult pop(CUcontext* context) {
  if (stack.empty()) sim::fail("a context is popped that was not pushed");
  *context = context_of(stack.back());
  return stack.pop_back(), CUDA_SUCCESS;
}

}  // namespace

namespace sim {

void set_devices(int count) {
  device_count = count;
  contexts = {};
  set_device = 0;
  stack.clear();
}

bool has_context(int device) { return contexts.at(static_cast<size_t>(device)); }

void set_driver(int version, cudaError_t error) {
  driver_version = version;
  initialization = error;
}

void use_current_device() { contexts.at(static_cast<size_t>(current())) = true; }

}  // namespace sim

cudaError_t cudaGetDeviceCount(int* count) {
  *count = initialization == cudaSuccess ? device_count : 0;
  if (initialization != cudaSuccess) sim::set_last_error(initialization);
  return initialization;
}
cudaError_t cudaDriverGetVersion(int* version) { return *version = driver_version, cudaSuccess; }
cudaError_t cudaRuntimeGetVersion(int* version) { return *version = 13000, cudaSuccess; }
cudaError_t cudaGetDevice(int* device) { return *device = current(), cudaSuccess; }

cudaError_t cudaSetDevice(int device) {
  if (device < 0 || device >= device_count) {
    sim::set_last_error(cudaErrorInvalidDevice);
    return cudaErrorInvalidDevice;
  }
  set_device = device;
  if (!stack.empty()) stack.back() = device;
  sim::use_current_device();  // as of CUDA 12
  return cudaSuccess;
}

cudaError_t cudaGetDriverEntryPointByVersion(const char* symbol, void** function, unsigned,
                                             unsigned long long,
                                             cudaDriverEntryPointQueryResult* found) {
  const std::string_view name = symbol;
  *function = name == "cuDeviceGet"                ? reinterpret_cast<void*>(&get_device)
              : name == "cuDevicePrimaryCtxRetain" ? reinterpret_cast<void*>(&retain_primary)
              : name == "cuCtxPushCurrent"         ? reinterpret_cast<void*>(&push)
              : name == "cuCtxPopCurrent"          ? reinterpret_cast<void*>(&pop)
                                                   : nullptr;
  *found = *function == nullptr ? cudaDriverEntryPointSymbolNotFound : cudaDriverEntryPointSuccess;
  return cudaSuccess;
}
