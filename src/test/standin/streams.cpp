#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "trace.hpp"

// Streams, events and launches. Everything is done as soon as it is asked for, for nothing is done:
// what a program would have waited for is in the trace.

namespace {

std::mutex mutex;
std::map<cudaStream_t, std::string> streams;
std::map<const void*, std::string> kernels;

struct Configuration {
  dim3 grid, block;
  size_t shared;
  cudaStream_t stream;
};

thread_local Configuration configuration;
thread_local std::string launched;

cudaError_t launch(const void* kernel, cudaStream_t stream) {
  std::string name;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto known = kernels.find(kernel);
    if (known != kernels.end()) name = known->second;
  }
  standin::note({"launch", standin::name_of(stream), name});
  launched = name;
  static const long microseconds = standin::setting("STANDIN_LAUNCH_US", 0);
  if (microseconds > 0) std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
  return cudaSuccess;
}

cudaError_t make_event(cudaEvent_t* event) {
  *event = static_cast<cudaEvent_t>(std::malloc(1));
  return cudaSuccess;
}

}  // namespace

const std::string& standin::last_kernel() { return launched; }

std::string standin::name_of(cudaStream_t stream) {
  if (stream == nullptr || stream == cudaStreamLegacy) return "default";
  if (stream == cudaStreamPerThread) return "per_thread";
  const std::lock_guard<std::mutex> lock(mutex);
  const auto known = streams.find(stream);
  return known == streams.end() ? "?" : known->second;
}

STANDIN_API cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned, int) {
  const std::lock_guard<std::mutex> lock(mutex);
  *stream = static_cast<cudaStream_t>(std::malloc(1));
  streams[*stream] = "side" + std::to_string(streams.size());
  return cudaSuccess;
}
STANDIN_API cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  standin::note({"wait", standin::name_of(stream), "stream"});
  return cudaSuccess;
}
STANDIN_API cudaError_t cudaDeviceSynchronize() {
  standin::note({"wait", "", "device"});
  return cudaSuccess;
}
STANDIN_API cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t, unsigned) {
  standin::note({"wait_event", standin::name_of(stream)});
  return cudaSuccess;
}
STANDIN_API cudaError_t cudaStreamGetPriority(cudaStream_t, int* priority) {
  return *priority = 0, cudaSuccess;
}
STANDIN_API cudaError_t cudaStreamIsCapturing(cudaStream_t, cudaStreamCaptureStatus* status) {
  return *status = cudaStreamCaptureStatusNone, cudaSuccess;
}
STANDIN_API cudaError_t cudaStreamGetCaptureInfo(cudaStream_t, cudaStreamCaptureStatus* status,
                                                 unsigned long long* id, cudaGraph_t*,
                                                 const cudaGraphNode_t**, const cudaGraphEdgeData**,
                                                 size_t*) {
  *status = cudaStreamCaptureStatusNone;
  if (id != nullptr) *id = 0;
  return cudaSuccess;
}

STANDIN_API cudaError_t cudaEventCreate(cudaEvent_t* event) { return make_event(event); }
STANDIN_API cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  return make_event(event);
}
STANDIN_API cudaError_t cudaEventDestroy(cudaEvent_t event) {
  std::free(event);
  return cudaSuccess;
}
STANDIN_API cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t stream) {
  standin::note({"record", standin::name_of(stream)});
  return cudaSuccess;
}
STANDIN_API cudaError_t cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t stream, unsigned) {
  return cudaEventRecord(event, stream);
}
STANDIN_API cudaError_t cudaEventSynchronize(cudaEvent_t) {
  standin::note({"wait", "", "event"});
  return cudaSuccess;
}
STANDIN_API cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t, cudaEvent_t) {
  return *milliseconds = 1, cudaSuccess;
}

STANDIN_API void** __cudaRegisterFatBinary(void*) {
  static void* handle = nullptr;
  return &handle;
}
STANDIN_API void __cudaRegisterFunction(void**, const char* kernel, char*, const char* name, int,
                                        uint3*, uint3*, dim3*, dim3*, int*) {
  const std::lock_guard<std::mutex> lock(mutex);
  kernels[kernel] = name;
}
STANDIN_API char __cudaInitModule(void**) { return 1; }
STANDIN_API unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, size_t shared,
                                                 cudaStream_t stream) {
  configuration = {grid, block, shared, stream};
  return 0;
}
STANDIN_API cudaError_t __cudaPopCallConfiguration(dim3* grid, dim3* block, size_t* shared,
                                                   void* stream) {
  *grid = configuration.grid;
  *block = configuration.block;
  *shared = configuration.shared;
  *static_cast<cudaStream_t*>(stream) = configuration.stream;
  return cudaSuccess;
}
STANDIN_API cudaError_t __cudaGetKernel(cudaKernel_t* kernel, const void* function) {
  *kernel = static_cast<cudaKernel_t>(const_cast<void*>(function));
  return cudaSuccess;
}
STANDIN_API cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3, dim3, void**, size_t,
                                           cudaStream_t stream) {
  return launch(kernel, stream);
}
STANDIN_API cudaError_t cudaLaunchKernel(const void* kernel, dim3, dim3, void**, size_t,
                                         cudaStream_t stream) {
  return launch(kernel, stream);
}
STANDIN_API cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t* configuration,
                                            const void* kernel, void**) {
  return launch(kernel, configuration->stream);
}
STANDIN_API cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void*) {
  *attributes = {};
  attributes->maxThreadsPerBlock = 1024;
  attributes->numRegs = 32;
  attributes->ptxVersion = attributes->binaryVersion = 90;
  attributes->maxDynamicSharedSizeBytes = 227 << 10;
  return cudaSuccess;
}
STANDIN_API cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const void*, int,
                                                                      size_t) {
  return *blocks = 2, cudaSuccess;
}
STANDIN_API cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks,
                                                                               const void*, int,
                                                                               size_t, unsigned) {
  return *blocks = 2, cudaSuccess;
}
STANDIN_API cudaError_t cudaGetSymbolAddress(void** address, const void*) {
  static char variable[1 << 16];
  return *address = variable, cudaSuccess;
}
