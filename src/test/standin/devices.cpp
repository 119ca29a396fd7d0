#include <cuda.h>

#include <array>
#include <atomic>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "trace.hpp"

// Devices and contexts. A device gets a context when it is first set or its context retained.

namespace {

constexpr int most_devices = 16;
const int device_count = static_cast<int>(standin::setting("STANDIN_DEVICES", 1));

/** Of an H100. */
constexpr int processors = 132, major = 9, minor = 0;
constexpr size_t shared_per_block = 48 << 10, shared_optin = 227 << 10;

std::array<std::atomic<bool>, most_devices> contexts{};
thread_local int set_device = 0;
thread_local std::vector<int> stack;  // of contexts, by the driver's calls
thread_local cudaError_t last_error = cudaSuccess;

void make_context(int device) {
  if (!contexts.at(static_cast<size_t>(device)).exchange(true)) {
    standin::note({"context", "", "", 0, device});
  }
}

CUcontext context_of(int device) { return reinterpret_cast<CUcontext>(uintptr_t(device) + 1); }
int device_of(CUcontext context) {
  return static_cast<int>(reinterpret_cast<uintptr_t>(context)) - 1;
}

CUresult get_device(CUdevice* device, int ordinal) { return *device = ordinal, CUDA_SUCCESS; }
CUresult retain_primary(CUcontext* context, CUdevice device) {
  make_context(device);
  return *context = context_of(device), CUDA_SUCCESS;
}
CUresult push(CUcontext context) { return stack.push_back(device_of(context)), CUDA_SUCCESS; }
CUresult pop(CUcontext* context) {
  if (stack.empty()) return CUDA_ERROR_INVALID_CONTEXT;
  *context = context_of(stack.back());
  return stack.pop_back(), CUDA_SUCCESS;
}
CUresult primary_state(CUdevice device, unsigned* flags, int* active) {
  *flags = 0;
  return *active = contexts.at(static_cast<size_t>(device)), CUDA_SUCCESS;
}
CUresult get_context(CUcontext* context) {
  const int device = standin::current_device();
  const bool there = contexts.at(static_cast<size_t>(device));
  return *context = there ? context_of(device) : nullptr, CUDA_SUCCESS;
}
CUresult nothing() { return CUDA_SUCCESS; }

}  // namespace

namespace standin {

int current_device() { return stack.empty() ? set_device : stack.back(); }

cudaError_t failed(cudaError_t error) { return last_error = error; }

cudaError_t take_error(bool keep) {
  const cudaError_t error = last_error;
  if (!keep) last_error = cudaSuccess;
  return error;
}

}  // namespace standin

/** For libcuda. */
STANDIN_API int standin_get_context(CUcontext* context) { return get_context(context); }
STANDIN_API int standin_primary_state(int device, unsigned* flags, int* active) {
  return primary_state(device, flags, active);
}

STANDIN_API cudaError_t cudaGetDeviceCount(int* count) {
  return *count = device_count, cudaSuccess;
}
STANDIN_API cudaError_t cudaGetDevice(int* device) {
  return *device = standin::current_device(), cudaSuccess;
}
STANDIN_API cudaError_t cudaSetDevice(int device) {
  if (device < 0 || device >= device_count) return standin::failed(cudaErrorInvalidDevice);
  set_device = device;
  if (!stack.empty()) stack.back() = device;
  make_context(device);
  return cudaSuccess;
}
STANDIN_API cudaError_t cudaDriverGetVersion(int* version) { return *version = 13010, cudaSuccess; }
STANDIN_API cudaError_t cudaRuntimeGetVersion(int* version) {
  return *version = 13010, cudaSuccess;
}
STANDIN_API cudaError_t cudaGetLastError() { return standin::take_error(false); }
STANDIN_API cudaError_t cudaPeekAtLastError() { return standin::take_error(true); }
STANDIN_API const char* cudaGetErrorString(cudaError_t) { return "an error of the stand-in"; }
STANDIN_API const char* cudaGetErrorName(cudaError_t) { return "standin"; }

STANDIN_API cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  *properties = {};
  std::strcpy(properties->name, "Stand-in");
  properties->totalGlobalMem = static_cast<size_t>(standin::setting("STANDIN_MB", 79 << 10)) << 20;
  properties->sharedMemPerBlock = shared_per_block;
  properties->sharedMemPerBlockOptin = shared_optin;
  properties->sharedMemPerMultiprocessor = shared_optin + (1 << 10);
  properties->reservedSharedMemPerBlock = 1 << 10;
  properties->regsPerBlock = properties->regsPerMultiprocessor = 1 << 16;
  properties->warpSize = 32;
  properties->maxThreadsPerBlock = properties->maxThreadsDim[0] = properties->maxThreadsDim[1] =
      1024;
  properties->maxThreadsDim[2] = 64;
  properties->maxGridSize[0] = 0x7fffffff;
  properties->maxGridSize[1] = properties->maxGridSize[2] = 0xffff;
  properties->major = major;
  properties->minor = minor;
  properties->multiProcessorCount = processors;
  properties->maxThreadsPerMultiProcessor = 2048;
  properties->maxBlocksPerMultiProcessor = 32;
  properties->l2CacheSize = 50 << 20;
  properties->textureAlignment = 512;
  properties->memPitch = 0x7fffffff;
  properties->concurrentKernels = 1;
  properties->asyncEngineCount = 3;
  properties->unifiedAddressing = properties->canMapHostMemory = properties->managedMemory = 1;
  return cudaSuccess;
}

STANDIN_API cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
  switch (attribute) {
    case cudaDevAttrMultiProcessorCount:
      return *value = processors, cudaSuccess;
    case cudaDevAttrComputeCapabilityMajor:
      return *value = major, cudaSuccess;
    case cudaDevAttrComputeCapabilityMinor:
      return *value = minor, cudaSuccess;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      return *value = shared_optin, cudaSuccess;
    case cudaDevAttrMaxSharedMemoryPerBlock:
      return *value = shared_per_block, cudaSuccess;
    case cudaDevAttrL2CacheSize:
      return *value = 50 << 20, cudaSuccess;
    case cudaDevAttrMaxThreadsPerBlock:
      return *value = 1024, cudaSuccess;
    case cudaDevAttrMaxThreadsPerMultiProcessor:
      return *value = 2048, cudaSuccess;
    case cudaDevAttrMaxBlocksPerMultiprocessor:
    case cudaDevAttrWarpSize:
      return *value = 32, cudaSuccess;
    case cudaDevAttrMaxGridDimX:
      return *value = 0x7fffffff, cudaSuccess;
    case cudaDevAttrMaxGridDimY:
    case cudaDevAttrMaxGridDimZ:
      return *value = 0xffff, cudaSuccess;
    case cudaDevAttrSingleToDoublePrecisionPerfRatio:
      return *value = 2, cudaSuccess;
    default:
      return *value = 1, cudaSuccess;
  }
}

STANDIN_API cudaError_t cudaDeviceCanAccessPeer(int* can, int, int) {
  return *can = 1, cudaSuccess;
}
STANDIN_API cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  *least = 0;
  return *greatest = -5, cudaSuccess;
}

STANDIN_API cudaError_t cudaGetDriverEntryPointByVersion(const char* symbol, void** function,
                                                         unsigned, unsigned long long,
                                                         cudaDriverEntryPointQueryResult* found) {
  const std::string_view name = symbol;
  *function = name == "cuDeviceGet"                  ? reinterpret_cast<void*>(&get_device)
              : name == "cuDevicePrimaryCtxRetain"   ? reinterpret_cast<void*>(&retain_primary)
              : name == "cuDevicePrimaryCtxGetState" ? reinterpret_cast<void*>(&primary_state)
              : name == "cuCtxGetCurrent"            ? reinterpret_cast<void*>(&get_context)
              : name == "cuCtxPushCurrent"           ? reinterpret_cast<void*>(&push)
              : name == "cuCtxPopCurrent"            ? reinterpret_cast<void*>(&pop)
                                                     : reinterpret_cast<void*>(&nothing);
  if (found != nullptr) *found = cudaDriverEntryPointSuccess;
  return cudaSuccess;
}
