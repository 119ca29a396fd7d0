#include <cuda.h>

#include <map>
#include <mutex>

#include "cuda.hpp"
#include "runtime.cuh"

namespace espalier::cuda {

namespace {

/** "13.0" for 13000. */
std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

/** A function of the driver, which the library is not linked to. */
template <class Function>
Function* driver_function(const char* name) {
  void* function = nullptr;
  cudaDriverEntryPointQueryResult found;
  check(cudaGetDriverEntryPointByVersion(name, &function, 12000, cudaEnableDefault, &found));
  if (function == nullptr) {
    throw Error{ESP_CUDA_ERROR, "the NVIDIA driver has no " + std::string(name)};
  }
  return reinterpret_cast<Function*>(function);
}

/** What is needed to make a context current and to go back to the one before, or to none: after
    cudaSetDevice the way back would be cudaSetDevice, which makes a context where there is none. */
struct Driver {
  CUresult (*get_device)(CUdevice*, int) = driver_function<CUresult(CUdevice*, int)>("cuDeviceGet");
  CUresult (*retain_primary)(CUcontext*, CUdevice) =
      driver_function<CUresult(CUcontext*, CUdevice)>("cuDevicePrimaryCtxRetain");
  CUresult (*push)(CUcontext) = driver_function<CUresult(CUcontext)>("cuCtxPushCurrent");
  CUresult (*pop)(CUcontext*) = driver_function<CUresult(CUcontext*)>("cuCtxPopCurrent");
};

const Driver& driver() {
  static const Driver functions;
  return functions;
}

/** The driver's errors are the runtime's by number. */
void check(CUresult result) { cuda::check(static_cast<cudaError_t>(result)); }

/** The context of a device that the runtime uses. Retained once and for good, as the runtime does.
 */
CUcontext primary_context(int32_t device) {
  static std::mutex mutex;
  static std::map<int32_t, CUcontext> retained;
  const std::lock_guard<std::mutex> lock(mutex);
  CUcontext& context = retained[device];
  if (context == nullptr) {
    CUdevice handle;
    check(driver().get_device(&handle, device));
    check(driver().retain_primary(&context, handle));
  }
  return context;
}

}  // namespace

Devices find_devices() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error == cudaSuccess && count > 0) return {count, ESP_OK, ""};
  cudaGetLastError();  // else the next launch would report it
  int for_driver = 0, needed = 0;
  cudaDriverGetVersion(&for_driver);
  cudaRuntimeGetVersion(&needed);
  if (for_driver == 0) return {0, ESP_UNSUPPORTED, "no NVIDIA driver was found"};
  if (error == cudaSuccess || error == cudaErrorNoDevice) {
    return {0, ESP_UNSUPPORTED, "the NVIDIA driver finds no device"};
  }
  if (error == cudaErrorInsufficientDriver && for_driver < needed) {
    return {0, ESP_CUDA_ERROR,
            "the NVIDIA driver is for CUDA " + version_text(for_driver) + ", this build needs " +
                version_text(needed) + "; update the driver"};
  }
  return {0, ESP_CUDA_ERROR, "CUDA cannot be used: " + std::string(cudaGetErrorString(error))};
}

const Devices& devices() {
  static const Devices found = find_devices();
  return found;
}

std::string too_old(int32_t device) {
  int major = 0, minor = 0;
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device));
  check(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device));
  if (major >= 8) return "";
  return "has compute capability " + std::to_string(major) + "." + std::to_string(minor) +
         ", and the kernels need 8.0 or newer";
}

bool has_fast_f64(int32_t device) noexcept {
  int f32_per_f64 = 1;
  if (device < devices().count) {
    cudaDeviceGetAttribute(&f32_per_f64, cudaDevAttrSingleToDoublePrecisionPerfRatio, device);
  }
  return f32_per_f64 <= 2;
}

bool reaches(int32_t device, const void* address) noexcept {
  cudaPointerAttributes attributes;
  if (cudaPointerGetAttributes(&attributes, address) != cudaSuccess) {
    cudaGetLastError();
    return false;
  }
  switch (attributes.type) {
    case cudaMemoryTypeDevice:
      return attributes.device == device;
    case cudaMemoryTypeManaged:
      return true;
    case cudaMemoryTypeHost:
      return attributes.devicePointer == address;
    default:
      return false;
  }
}

CurrentDevice::CurrentDevice(int32_t device) {
  int current = 0;
  check(cudaGetDevice(&current));
  if (current == device) return;
  check(driver().push(primary_context(device)));
  pushed_ = true;
}

CurrentDevice::~CurrentDevice() {
  CUcontext popped;
  if (pushed_) driver().pop(&popped);
}

}  // namespace espalier::cuda
