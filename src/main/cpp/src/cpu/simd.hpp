#pragma once

#include <cstdint>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

/**
 * Vectors as wide as the instruction set being compiled for. Arithmetic uses GCC's vector
 * operators; intrinsics appear where those have no word for it. Everything is internal to the
 * including source: no symbol of one instruction set may be seen by the linker as that of another.
 */
namespace espalier::cpu::ESPALIER_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int lanes = 16;
#elif defined(__AVX2__)
constexpr int lanes = 8;
#else
constexpr int lanes = 4;
#endif

/** The widest of all instruction sets, so that layouts in memory are the same for each. */
constexpr int max_lanes = 16;

using F32 = float __attribute__((vector_size(4 * lanes)));
using I32 = int32_t __attribute__((vector_size(4 * lanes)));
using U32 = uint32_t __attribute__((vector_size(4 * lanes)));
using U16 = uint16_t __attribute__((vector_size(2 * lanes)));
using F64 = double __attribute__((vector_size(4 * lanes)));

/** Elements of 16 bits are told apart by type. */
struct F16 {
  uint16_t bits;
};
struct Bf16 {
  uint16_t bits;
};

template <class Vector, class Element>
inline Vector load(const Element* from) {
  Vector v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

template <class Element, class Vector>
inline void store(Element* to, const Vector& v) {
  std::memcpy(to, &v, sizeof v);
}

inline I32 broadcast(int32_t x) { return I32{} + x; }

inline I32 iota() {
  I32 v = {};
  for (int l = 0; l < lanes; ++l) v[l] = l;
  return v;
}

inline I32 minimum(I32 a, I32 b) { return a < b ? a : b; }
inline I32 maximum(I32 a, I32 b) { return a > b ? a : b; }

inline int64_t sum(I32 v) {
#if defined(__AVX512F__)
  const __m512i x = reinterpret_cast<__m512i>(v);
  return _mm512_reduce_add_epi64(
      _mm512_add_epi64(_mm512_cvtepi32_epi64(_mm512_castsi512_si256(x)),
                       _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(x, 1))));
#else
  int64_t total = 0;
  for (int l = 0; l < lanes; ++l) total += v[l];
  return total;
#endif
}

inline double sum(F64 v) {
  double total = 0;
  for (int l = 0; l < lanes / 2; ++l) total += v[l];
  return total;
}

// ---- masks: one truth value a lane
// ---------------------------------------------------------------

#if defined(__AVX512F__)

struct Mask {
  __mmask16 k;
};

inline Mask less(I32 a, I32 b) {
  return {_mm512_cmplt_epi32_mask(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b))};
}
inline Mask equal(I32 a, I32 b) {
  return {_mm512_cmpeq_epi32_mask(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b))};
}
inline Mask operator&(Mask a, Mask b) { return {_kand_mask16(a.k, b.k)}; }
inline uint32_t bits(Mask m) { return m.k; }
inline bool any(Mask m) { return m.k != 0; }

/** `counts` plus one where m. */
inline I32 count(I32 counts, Mask m) {
  const __m512i c = reinterpret_cast<__m512i>(counts);
  return reinterpret_cast<I32>(_mm512_mask_add_epi32(c, m.k, c, _mm512_set1_epi32(1)));
}
inline I32 select(Mask m, I32 yes, I32 no) {
  return reinterpret_cast<I32>(
      _mm512_mask_mov_epi32(reinterpret_cast<__m512i>(no), m.k, reinterpret_cast<__m512i>(yes)));
}
inline U16 clear(U16 v, Mask m) {
  return reinterpret_cast<U16>(
      _mm256_maskz_mov_epi16(_knot_mask16(m.k), reinterpret_cast<__m256i>(v)));
}

/** Writes the chosen lanes one after another, past them anything up to a whole vector. */
inline int32_t* append(int32_t* out, Mask m, I32 v) {
  store(out, _mm512_maskz_compress_epi32(m.k, reinterpret_cast<__m512i>(v)));
  return out + _mm_popcnt_u32(m.k);
}

#else

struct Mask {
  I32 ones;  // -1 or 0
};

inline Mask less(I32 a, I32 b) { return {a < b}; }
inline Mask equal(I32 a, I32 b) { return {a == b}; }
inline Mask operator&(Mask a, Mask b) { return {a.ones & b.ones}; }
inline I32 count(I32 counts, Mask m) { return counts - m.ones; }
inline I32 select(Mask m, I32 yes, I32 no) { return (yes & m.ones) | (no & ~m.ones); }
inline U16 clear(U16 v, Mask m) {
  return v & ~__builtin_convertvector(reinterpret_cast<U32>(m.ones), U16);
}

inline uint32_t bits(Mask m) {
#if defined(__AVX2__)
  return static_cast<uint32_t>(_mm256_movemask_ps(reinterpret_cast<__m256>(m.ones)));
#elif defined(__SSE2__)
  return static_cast<uint32_t>(_mm_movemask_ps(reinterpret_cast<__m128>(m.ones)));
#else
  uint32_t b = 0;
  for (int l = 0; l < lanes; ++l) b |= static_cast<uint32_t>(m.ones[l] & 1) << l;
  return b;
#endif
}
inline bool any(Mask m) { return bits(m) != 0; }

inline int32_t* append(int32_t* out, Mask m, I32 v) {
#if defined(__AVX2__)
  // The indices of the chosen lanes, a byte each, then widened for the permutation.
  const uint32_t b = bits(m);
  const uint64_t chosen = _pdep_u64(b, 0x0101010101010101U) * 0xFF;
  const uint64_t indices = _pext_u64(0x0706050403020100U, chosen);
  const __m256i order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<int64_t>(indices)));
  store(out, _mm256_permutevar8x32_epi32(reinterpret_cast<__m256i>(v), order));
  return out + _mm_popcnt_u32(b);
#else
  for (int l = 0; l < lanes; ++l) {
    *out = v[l];
    out -= m.ones[l];
  }
  return out;
#endif
}

#endif

inline U32 clear(U32 v, Mask m) {
  return reinterpret_cast<U32>(select(m, I32{}, reinterpret_cast<I32>(v)));
}

/** Lanes 0 .. n-1. */
inline Mask first(int64_t n) { return less(iota(), broadcast(static_cast<int32_t>(n))); }

// ---- elements
// ------------------------------------------------------------------------------------

/** |x| of `lanes` elements in f32, exactly; NaN stays NaN. */
inline F32 magnitude(const float* x) { return reinterpret_cast<F32>(load<U32>(x) & 0x7FFFFFFFU); }

inline F32 magnitude(const Bf16* x) {
  const U16 b = load<U16>(x) & 0x7FFF;
  return reinterpret_cast<F32>(__builtin_convertvector(b, U32) << 16);
}

inline F32 magnitude(const F16* x) {
  const U16 b = load<U16>(x) & 0x7FFF;
#if defined(__AVX512F__)
  return reinterpret_cast<F32>(_mm512_cvtph_ps(reinterpret_cast<__m256i>(b)));
#elif defined(__F16C__)
  return reinterpret_cast<F32>(_mm256_cvtph_ps(reinterpret_cast<__m128i>(b)));
#else
  const U32 shifted = __builtin_convertvector(b, U32) << 13;
  const I32 top = reinterpret_cast<I32>(shifted);
  const U32 rebias = U32{} + (112U << 23);  // exponent bias 15 -> 127
  const U32 normal = shifted + rebias;
  const F32 smallest = reinterpret_cast<F32>(U32{} + (113U << 23));  // 2^-14
  const F32 subnormal = reinterpret_cast<F32>(normal + (1U << 23)) - smallest;
  const U32 finite = top < (1 << 23) ? reinterpret_cast<U32>(subnormal) : normal;
  return reinterpret_cast<F32>(top < (31 << 23) ? finite : normal + rebias);
#endif
}

/** The same of the first n elements, the other lanes 0. */
template <class T>
inline F32 magnitude(const T* x, int64_t n) {
  T padded[lanes] = {};
  std::memcpy(padded, x, static_cast<size_t>(n) * sizeof(T));
  return magnitude(padded);
}

/** Writes +0 where m. */
inline void zero(float* x, Mask m) { store(x, clear(load<U32>(x), m)); }
template <class T>
inline void zero(T* x, Mask m) {
  store(x, clear(load<U16>(x), m));
}

/** The same in the first n elements. */
template <class T>
inline void zero(T* x, Mask m, int64_t n) {
  T padded[lanes] = {};
  std::memcpy(padded, x, static_cast<size_t>(n) * sizeof(T));
  zero(padded, m);
  std::memcpy(x, padded, static_cast<size_t>(n) * sizeof(T));
}

struct F64Pair {
  F64 low, high;
};

inline F64Pair widen(F32 v) {
#if defined(__AVX512F__)
  const __m512 x = reinterpret_cast<__m512>(v);
  return {reinterpret_cast<F64>(_mm512_cvtps_pd(_mm512_castps512_ps256(x))),
          reinterpret_cast<F64>(_mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1)))};
#elif defined(__AVX2__)
  const __m256 x = reinterpret_cast<__m256>(v);
  return {reinterpret_cast<F64>(_mm256_cvtps_pd(_mm256_castps256_ps128(x))),
          reinterpret_cast<F64>(_mm256_cvtps_pd(_mm256_extractf128_ps(x, 1)))};
#else
  return {F64{v[0], v[1]}, F64{v[2], v[3]}};
#endif
}

}  // namespace
}  // namespace espalier::cpu::ESPALIER_ISA
