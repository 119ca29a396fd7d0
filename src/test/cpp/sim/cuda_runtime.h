#pragma once

/**
 * CUDA on the CPU, for tests: this header stands in for the toolkit's, so that a plain C++ compiler
 * takes the kernel sources as they are. Device 0 is the machine's own memory.
 *
 * The threads of a block are fibers, resumed in a seeded random order whenever they wait: at
 * __syncthreads, or with their warp at shuffles, ballots, __syncwarp and tensor instructions.
 * Blocks run one after another, in random order too, or all at the same time if they are launched
 * together. So a missing barrier shows as a wrong result for some seed; waiting for what never
 * comes ends the program with a report. Shared memory is filled with 0xFF (NaN, -1) when a block
 * starts, and under AddressSanitizer has guarded gaps around every variable. Asynchronous copies
 * happen when they are waited for, not before, and are seen by wgmma only after a proxy fence.
 *
 * Tickets (atomicInc) must stand between fences of their thread, a gate be opened behind one and
 * passed before one; and only blocks that are launched together may wait at a gate.
 *
 * What this cannot show: the rest of the memory model beyond barriers, races inside a barrier
 * interval that every order happens to survive, and time.
 */

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <type_traits>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __noinline__
#define __launch_bounds__(...)
#define __align__(n) alignas(n)
#define __restrict__ __restrict

// ---- vector types ------------------------------------------------------------------------------

struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};
#define ESP_SIM_VECTOR(T, name)                                     \
  struct alignas(2 * sizeof(T)) name##2 {                           \
    T x, y;                                                         \
  };                                                                \
  struct alignas(4 * sizeof(T) > 16 ? 16 : 4 * sizeof(T)) name##4 { \
    T x, y, z, w;                                                   \
  };                                                                \
  inline name##2 make_##name##2(T x, T y) { return {x, y}; }        \
  inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
ESP_SIM_VECTOR(float, float)
ESP_SIM_VECTOR(double, double)
ESP_SIM_VECTOR(int, int)
ESP_SIM_VECTOR(unsigned, uint)
#undef ESP_SIM_VECTOR

// ---- the runtime's host side -------------------------------------------------------------------

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorCooperativeLaunchTooLarge = 720,
  cudaErrorNotSupported = 801,
  cudaErrorSystemNotReady = 802,
};
using cudaStream_t = void*;
using cudaEvent_t = void*;
struct cudaDeviceProp {
  char name[256];
};
enum cudaMemcpyKind {
  cudaMemcpyHostToHost,
  cudaMemcpyHostToDevice,
  cudaMemcpyDeviceToHost,
  cudaMemcpyDeviceToDevice,
  cudaMemcpyDefault
};
enum cudaMemoryType {
  cudaMemoryTypeUnregistered,
  cudaMemoryTypeHost,
  cudaMemoryTypeDevice,
  cudaMemoryTypeManaged
};
struct cudaPointerAttributes {
  cudaMemoryType type;
  int device;
  void* devicePointer;
  void* hostPointer;
};
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize };
enum cudaDeviceAttr {
  cudaDevAttrMultiProcessorCount,
  cudaDevAttrCooperativeLaunch,
  cudaDevAttrMaxSharedMemoryPerBlockOptin,
  cudaDevAttrComputeCapabilityMajor,
  cudaDevAttrComputeCapabilityMinor,
  cudaDevAttrL2CacheSize,
  cudaDevAttrSingleToDoublePrecisionPerfRatio,
};

constexpr unsigned long long cudaEnableDefault = 0;
enum cudaDriverEntryPointQueryResult {
  cudaDriverEntryPointSuccess,
  cudaDriverEntryPointSymbolNotFound
};

cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaDriverGetVersion(int* version);
cudaError_t cudaRuntimeGetVersion(int* version);
cudaError_t cudaGetDriverEntryPointByVersion(const char* symbol, void** function, unsigned version,
                                             unsigned long long flags,
                                             cudaDriverEntryPointQueryResult* found);
cudaError_t cudaGetDevice(int* device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaGetLastError();
cudaError_t cudaPeekAtLastError();
const char* cudaGetErrorString(cudaError_t error);
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device);
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* pointer);
cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute attribute, int value);
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const void* kernel,
                                                          int threads, size_t dynamic_bytes);
template <class Kernel>
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, Kernel* kernel, int threads,
                                                          size_t dynamic_bytes) {
  return cudaOccupancyMaxActiveBlocksPerMultiprocessor(
      blocks, reinterpret_cast<const void*>(kernel), threads, dynamic_bytes);
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream = nullptr);
cudaError_t cudaMemcpy2DAsync(void* to, size_t to_pitch, const void* from, size_t from_pitch,
                              size_t width, size_t height, cudaMemcpyKind kind,
                              cudaStream_t stream = nullptr);
cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t stream = nullptr);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaDeviceSynchronize();

// For callers of the library (host.cpp); what is allocated is filled with 0xFF.
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaMalloc(void** memory, size_t bytes);
cudaError_t cudaFree(void* memory);
cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, cudaMemcpyKind kind);
cudaError_t cudaEventCreate(cudaEvent_t* event);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t stop);

// ---- running kernels ---------------------------------------------------------------------------

namespace sim {

/** Seeds the order of threads and blocks. */
void seed(unsigned value);

/** The compute capability that device 0 claims, 90 at first: kernels may be chosen by it, and it
   says how much shared memory a block may have. */
void set_compute_capability(int value);

/** How many of its three multiprocessors device 0 has for blocks that run at the same time, three
   at first: fewer than the runtime lets expect, as a process is granted a part of a device; none
   where it cannot launch them. */
void set_together(int multiprocessors);

/** How many launches there have been. */
unsigned launches();

/** How many times faster than in f64 device 0 claims to compute in f32, 2 at first. */
void set_f32_per_f64(int value);

/** Claims so many devices, 1 at first, without contexts, the first of them current. Only device 0
   runs kernels. */
void set_devices(int count);
bool has_context(int device);

/** The CUDA version that the driver claims to be for, 13000 at first, 0 for no driver; and what the
    runtime answers when it is asked for devices. */
void set_driver(int version, cudaError_t error);

/** Whether launches are only checked, as devices check them, and copies left out: for operands that
    are not there. What is copied to the host becomes 0xFF. */
void set_launch_only(bool value);

/** Ends the program with a report about the running kernel. */
[[noreturn]] void fail(const char* what);

void run(const char* kernel, const void* function, dim3 grid, dim3 block, size_t shared_bytes,
         const std::function<void()>& thread);

/** Runs all blocks at the same time, if the device has room for them. */
cudaError_t run_together(const char* kernel, const void* function, unsigned grid, unsigned block,
                         const std::function<void()>& thread);

/** The running thread's place. */
struct Place {
  uint3 thread, block;
  dim3 block_size, grid_size;
};
const Place& place();

void block_barrier();
int block_reduce(int value, int (*combine)(int, int));

/** The block's instance of the shared variable with this key, made and poisoned at first use. */
void* shared(const void* key, size_t bytes, size_t alignment);
void* dynamic_shared();

/**
 * Waits for the lanes of `mask`; the last one to come calls combine(mask, in, out), where in[l] and
 * out[l] are what lane l brought. All must come with the same mask and combine.
 */
using Combine = void (*)(unsigned mask, void* const* in, void* const* out);
void with_warp(unsigned mask, Combine combine, void* in, void* out);
unsigned lane();

/** Copies, and writes zeros behind, when this thread waits for its asynchronous copies. Both
    addresses must be multiples of all the bytes written. */
void defer_copy(void* to, const void* from, size_t bytes, size_t zeros_after);
void commit_copies();
void wait_for_copies(int groups_still_allowed);

/** __threadfence, and a ticket: the thread must have fenced what came before its last barrier, and
   fence again before the next one or its end. */
void fence();
void take_ticket();

/** A gate, at which blocks that run at the same time wait for one of them: the thread that opens it
    must have fenced since its last barrier, and one that reads it must fence before the next. */
void open_gate(unsigned* gate, unsigned mark);
unsigned read_gate(const unsigned* gate);

/** The address of a byte of shared memory in its own numbering, which starts at a multiple of all
    alignments. */
uint32_t shared_address(const void* shared);

/** Makes the copies that this thread has waited for visible to wgmma (fence.proxy.async). */
void fence_async_proxy();

template <class T>
T* shared_variable(const void* key) {
  return static_cast<T*>(shared(key, sizeof(T), alignof(T) > 16 ? alignof(T) : 16));
}

template <class T>
struct Shuffle {
  T value;
  unsigned source;  // a lane
};

template <class T>
T shuffle(unsigned mask, T value, unsigned source) {
  Shuffle<T> in = {value, source};
  T out;
  with_warp(
      mask,
      [](unsigned lanes, void* const* given, void* const* taken) {
        for (unsigned l = 0; l < 32; ++l) {
          if ((lanes >> l & 1) == 0) continue;
          const unsigned from = static_cast<Shuffle<T>*>(given[l])->source;
          if ((lanes >> from & 1) == 0) fail("a shuffle reads from a lane outside of its mask");
          *static_cast<T*>(taken[l]) = static_cast<Shuffle<T>*>(given[from])->value;
        }
      },
      &in, &out);
  return out;
}

/** Folds the lanes' values in order of lane. */
template <class T, class Fold>
T fold(unsigned mask, T value, Fold) {
  T out;
  with_warp(
      mask,
      [](unsigned lanes, void* const* given, void* const* taken) {
        bool first = true;
        T all{};
        for (unsigned l = 0; l < 32; ++l) {
          if ((lanes >> l & 1) == 0) continue;
          const T own = *static_cast<T*>(given[l]);
          all = first ? own : Fold::of(all, own);
          first = false;
        }
        for (unsigned l = 0; l < 32; ++l) {
          if ((lanes >> l & 1) != 0) *static_cast<T*>(taken[l]) = all;
        }
      },
      &value, &out);
  return out;
}

struct Plus {
  template <class T>
  static T of(T a, T b) {
    return a + b;
  }
};
struct Least {
  template <class T>
  static T of(T a, T b) {
    return b < a ? b : a;
  }
};
struct Greatest {
  template <class T>
  static T of(T a, T b) {
    return a < b ? b : a;
  }
};
struct Or {
  template <class T>
  static T of(T a, T b) {
    return a | b;
  }
};

float f32_from_f16(uint16_t bits);

}  // namespace sim

#include "tensor_cores.h"
#include "wgmma.h"

#define ESP_LAUNCH(kernel, grid, block, shared, stream, ...)                       \
  do {                                                                             \
    (void)(stream);                                                                \
    sim::run(#kernel, reinterpret_cast<const void*>(+kernel), grid, block, shared, \
             [&] { kernel(__VA_ARGS__); });                                        \
  } while (false)

#define ESP_LAUNCH_TOGETHER(kernel, grid, block, stream, ...)                                      \
  ((void)(stream), sim::run_together(#kernel, reinterpret_cast<const void*>(+kernel), grid, block, \
                                     [&] { kernel(__VA_ARGS__); }))

#define ESP_SHARED(name, ...)       \
  static const char name##_key = 0; \
  auto& name = *sim::shared_variable<__VA_ARGS__>(&name##_key)

#define ESP_DYNAMIC_SHARED(name, T) T* const name = static_cast<T*>(sim::dynamic_shared())

#define threadIdx (sim::place().thread)
#define blockIdx (sim::place().block)
#define blockDim (sim::place().block_size)
#define gridDim (sim::place().grid_size)

// ---- what kernels call -------------------------------------------------------------------------

inline void __syncthreads() { sim::block_barrier(); }
inline int __syncthreads_count(int predicate) {
  return sim::block_reduce(predicate != 0, [](int a, int b) { return a + b; });
}
inline int __syncthreads_or(int predicate) {
  return sim::block_reduce(predicate != 0, [](int a, int b) { return a | b; });
}
inline int __syncthreads_and(int predicate) {
  return sim::block_reduce(predicate != 0, [](int a, int b) { return a & b; });
}
inline void __syncwarp(unsigned mask = 0xffffffffU) {
  sim::with_warp(
      mask, [](unsigned, void* const*, void* const*) {}, nullptr, nullptr);
}
inline void __threadfence() { sim::fence(); }
inline void __threadfence_block() {}

template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32) {
  const unsigned own = sim::lane();
  const auto w = static_cast<unsigned>(width);
  return sim::shuffle(mask, value, own / w * w + static_cast<unsigned>(source) % w);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int by, int width = 32) {
  const unsigned own = sim::lane();
  const auto w = static_cast<unsigned>(width);
  const unsigned source = own ^ static_cast<unsigned>(by);
  return sim::shuffle(mask, value, source / w == own / w ? source : own);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned by, int width = 32) {
  const unsigned own = sim::lane();
  const bool inside = own % static_cast<unsigned>(width) >= by;
  return sim::shuffle(mask, value, inside ? own - by : own);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned by, int width = 32) {
  const unsigned own = sim::lane();
  const auto w = static_cast<unsigned>(width);
  return sim::shuffle(mask, value, own % w + by < w ? own + by : own);
}
inline unsigned __ballot_sync(unsigned mask, int predicate) {
  return sim::fold(mask, predicate != 0 ? 1U << sim::lane() : 0U, sim::Or{});
}
inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }
inline int __all_sync(unsigned mask, int predicate) {
  return __ballot_sync(mask, predicate) == mask;
}
inline unsigned __activemask() { sim::fail("__activemask says nothing that can be relied on"); }
template <class T>
T __reduce_add_sync(unsigned mask, T value) {
  return sim::fold(mask, value, sim::Plus{});
}
template <class T>
T __reduce_min_sync(unsigned mask, T value) {
  return sim::fold(mask, value, sim::Least{});
}
template <class T>
T __reduce_max_sync(unsigned mask, T value) {
  return sim::fold(mask, value, sim::Greatest{});
}
inline unsigned __reduce_or_sync(unsigned mask, unsigned value) {
  return sim::fold(mask, value, sim::Or{});
}
template <class T>
unsigned __match_any_sync(unsigned mask, T value) {
  unsigned out;
  sim::with_warp(
      mask,
      [](unsigned lanes, void* const* given, void* const* taken) {
        for (unsigned l = 0; l < 32; ++l) {
          if ((lanes >> l & 1) == 0) continue;
          unsigned same = 0;
          for (unsigned k = 0; k < 32; ++k) {
            const bool equal =
                (lanes >> k & 1) != 0 && *static_cast<T*>(given[k]) == *static_cast<T*>(given[l]);
            same |= equal ? 1U << k : 0U;
          }
          *static_cast<unsigned*>(taken[l]) = same;
        }
      },
      &value, &out);
  return out;
}

template <class T>
T atomicAdd(T* to, std::common_type_t<T> value) {
  const T old = *to;
  *to = static_cast<T>(old + value);
  return old;
}
template <class T>
T atomicMax(T* to, std::common_type_t<T> value) {
  const T old = *to;
  if (old < value) *to = value;
  return old;
}
template <class T>
T atomicMin(T* to, std::common_type_t<T> value) {
  const T old = *to;
  if (value < old) *to = value;
  return old;
}
template <class T>
T atomicOr(T* to, std::common_type_t<T> value) {
  const T old = *to;
  *to = old | value;
  return old;
}
/** Counts up to `last`, then from 0 again: a ticket, by which blocks tell each other what is
 * written. */
inline unsigned atomicInc(unsigned* to, unsigned last) {
  sim::take_ticket();
  const unsigned old = *to;
  *to = old >= last ? 0 : old + 1;
  return old;
}
template <class T>
T atomicExch(T* to, std::common_type_t<T> value) {
  const T old = *to;
  *to = value;
  return old;
}
template <class T>
T atomicCAS(T* to, std::common_type_t<T> expected, std::common_type_t<T> value) {
  const T old = *to;
  if (old == expected) *to = value;
  return old;
}

template <class To, class From>
To sim_bits(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}
inline float __uint_as_float(unsigned x) { return sim_bits<float>(x); }
inline float __int_as_float(int x) { return sim_bits<float>(x); }
inline unsigned __float_as_uint(float x) { return sim_bits<unsigned>(x); }
inline int __float_as_int(float x) { return sim_bits<int>(x); }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz(static_cast<unsigned>(x)); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fmaf_rn(float a, float b, float c) { return std::fmaf(a, b, c); }
inline float __fsqrt_rn(float a) { return std::sqrt(a); }
inline float rsqrt(float a) { return 1 / std::sqrt(a); }
inline double rsqrt(double a) { return 1 / std::sqrt(a); }
template <class T>
T __ldg(const T* from) {
  return *from;
}
template <class T>
T __ldcs(const T* from) {
  return *from;
}
template <class T>
void __stcs(T* to, T value) {
  *to = value;
}
template <class T>
void __stwb(T* to, T value) {
  *to = value;
}
inline size_t __cvta_generic_to_shared(const void* address) { return sim::shared_address(address); }
inline bool isfinite(float x) { return std::isfinite(x); }
using std::isinf;
using std::isnan;
template <class T>
constexpr T min(T a, T b) {
  return b < a ? b : a;
}
template <class T>
constexpr T max(T a, T b) {
  return a < b ? b : a;
}
