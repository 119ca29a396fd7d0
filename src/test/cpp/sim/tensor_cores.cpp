#include <cuda_runtime.h>

#include "tensor_sums.h"

namespace sim {

namespace {

constexpr unsigned lanes = 32;

/** What a lane brings to an instruction; d is its accumulator. */
template <class D, class A>
struct Operands {
  D* d;
  const A* a;
  const A* b;
};

float tf32_from_f32(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  bits &= 0xffffe000U;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

/** d[16, 8] += a[16, depth] b[depth, 8], `block` products at a time; b is given transposed. */
template <int depth, int block>
void multiply(float* const (&d)[lanes], const float (&a)[16][depth], const float (&b)[8][depth]) {
  for (unsigned l = 0; l < lanes; ++l) {
    for (unsigned r = 0; r < 4; ++r) {
      const unsigned row = l / 4 + r / 2 * 8, col = l % 4 * 2 + r % 2;
      for (int k = 0; k < depth; k += block) {
        d[l][r] = add_products<block>(d[l][r], a[row] + k, b[col] + k);
      }
    }
  }
}

template <float (*decode)(uint16_t)>
void multiply_pairs(unsigned, void* const* given, void* const*) {
  float* d[lanes];
  float a[16][16], b[8][16];
  for (unsigned l = 0; l < lanes; ++l) {
    const auto& own = *static_cast<Operands<float, uint32_t>*>(given[l]);
    d[l] = own.d;
    for (unsigned i = 0; i < 8; ++i) {
      const auto bits = static_cast<uint16_t>(own.a[i / 2] >> (i % 2 * 16));
      a[l / 4 + i / 2 % 2 * 8][l % 4 * 2 + i % 2 + i / 4 * 8] = decode(bits);
    }
    for (unsigned i = 0; i < 4; ++i) {
      const auto bits = static_cast<uint16_t>(own.b[i / 2] >> (i % 2 * 16));
      b[l / 4][l % 4 * 2 + i % 2 + i / 2 * 8] = decode(bits);
    }
  }
  multiply<16, 8>(d, a, b);
}

}  // namespace

void mma_16x8x16(float* d, const uint32_t* a, const uint32_t* b, bool f16) {
  Operands<float, uint32_t> own = {d, a, b};
  with_warp(~0U, f16 ? &multiply_pairs<decode_f16> : &multiply_pairs<f32_from_bf16>, &own, nullptr);
}

void mma_16x8x8(float* d, const float* a, const float* b) {
  Operands<float, float> own = {d, a, b};
  with_warp(
      ~0U,
      [](unsigned, void* const* given, void* const*) {
        float* all_d[lanes];
        float all_a[16][8], all_b[8][8];
        for (unsigned l = 0; l < lanes; ++l) {
          const auto& lane_own = *static_cast<Operands<float, float>*>(given[l]);
          all_d[l] = lane_own.d;
          for (unsigned i = 0; i < 4; ++i) {
            all_a[l / 4 + i % 2 * 8][l % 4 + i / 2 * 4] = tf32_from_f32(lane_own.a[i]);
          }
          for (unsigned i = 0; i < 2; ++i) {
            all_b[l / 4][l % 4 + i * 4] = tf32_from_f32(lane_own.b[i]);
          }
        }
        multiply<8, 4>(all_d, all_a, all_b);
      },
      &own, nullptr);
}

void mma_8x8x4(double* d, double a, double b) {
  Operands<double, double> own = {d, &a, &b};
  with_warp(
      ~0U,
      [](unsigned, void* const* given, void* const*) {
        double all_a[8][4], all_b[4][8];
        for (unsigned l = 0; l < lanes; ++l) {
          const auto& lane_own = *static_cast<Operands<double, double>*>(given[l]);
          all_a[l / 4][l % 4] = *lane_own.a;
          all_b[l % 4][l / 4] = *lane_own.b;
        }
        for (unsigned l = 0; l < lanes; ++l) {
          double* to = static_cast<Operands<double, double>*>(given[l])->d;
          for (unsigned i = 0; i < 2; ++i) {
            for (int k = 0; k < 4; ++k) {
              to[i] = std::fma(all_a[l / 4][k], all_b[k][l % 4 * 2 + i], to[i]);
            }
          }
        }
      },
      &own, nullptr);
}

void load_transposed(uint32_t* to, const void* row) {
  if (reinterpret_cast<uintptr_t>(row) % 16 != 0) fail("a row given to ldmatrix is not aligned");
  with_warp(
      ~0U,
      [](unsigned, void* const* rows, void* const* out) {
        for (unsigned l = 0; l < lanes; ++l) {
          for (unsigned m = 0; m < 4; ++m) {
            const auto* upper = static_cast<const uint16_t*>(rows[m * 8 + l % 4 * 2]);
            const auto* lower = static_cast<const uint16_t*>(rows[m * 8 + l % 4 * 2 + 1]);
            static_cast<uint32_t*>(out[l])[m] = upper[l / 4] | static_cast<uint32_t>(lower[l / 4])
                                                                   << 16;
          }
        }
      },
      const_cast<void*>(row), to);
}

}  // namespace sim
