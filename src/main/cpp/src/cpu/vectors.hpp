#pragma once

#include <cstdint>
#include <cstring>

/** What the dense kernels know of an instruction set: its vectors and its register tile. */
namespace espalier::cpu::ESPALIER_ISA {

#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64;
inline constexpr int tile_rows = 8;
inline constexpr int tile_vectors = 2;
#elif defined(__AVX2__)
inline constexpr int vector_bytes = 32;
inline constexpr int tile_rows = 4;
inline constexpr int tile_vectors = 3;
#else
inline constexpr int vector_bytes = 16;
inline constexpr int tile_rows = 4;
inline constexpr int tile_vectors = 2;
#endif

template <class T>
struct Simd {
  typedef T Vector __attribute__((vector_size(vector_bytes)));
  static constexpr int lanes = vector_bytes / static_cast<int>(sizeof(T));
  /** Columns of a register tile, and so of a panel. */
  static constexpr int width = tile_vectors * lanes;
};

template <class T>
using Vector = typename Simd<T>::Vector;

template <class T>
inline Vector<T> load(const T* from) {
  Vector<T> v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

template <class T>
inline void store(T* to, Vector<T> v) {
  std::memcpy(to, &v, sizeof v);
}

template <class T>
inline T least(T a, T b) {
  return b < a ? b : a;
}

/** n rounded up to a multiple of `step`. */
inline int64_t padded(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

}  // namespace espalier::cpu::ESPALIER_ISA
