#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <string>

/** Every call that matters becomes a JSON line of the file STANDIN_TRACE. */
namespace standin {

/** What a call did; its device is the calling thread's current one unless it says otherwise. */
struct Event {
  const char* call;
  std::string stream = {};
  std::string name = {};
  size_t bytes = 0;
  int device = -1;
};

/** Writes it down, with the time and the calling thread. */
void note(const Event& event);

/** Seconds since the process began to trace. */
double now();

/** The calling thread's current device. */
int current_device();

/** "default", or the name that a stream was given. */
std::string name_of(cudaStream_t stream);

/** What the calling thread launched last. */
const std::string& last_kernel();

/** The file name of the library that calls, by a return address in it. */
std::string library_of(const void* address);

/** Keeps the error for cudaGetLastError. */
cudaError_t failed(cudaError_t error);

/** Makes a thread's error what it was before any, and tells it. */
cudaError_t take_error(bool keep);

/** A number from the environment. */
long setting(const char* variable, long usual);

}  // namespace standin

#define STANDIN_API extern "C" __attribute__((visibility("default")))
