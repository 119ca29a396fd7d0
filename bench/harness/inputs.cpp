#include "inputs.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "parallel.hpp"

namespace espalier::bench {

namespace {

constexpr float pi = 3.14159265F;

/** Normal numbers from a counter-based generator (splitmix64) and the Box-Muller transform. */
class Normal {
 public:
  Normal(uint64_t seed, int64_t stream)
      : state_(mix(seed * 0x9E3779B97F4A7C15U + static_cast<uint64_t>(stream))) {}

  float next() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    state_ += 0x9E3779B97F4A7C15U;
    const uint64_t bits = mix(state_);
    const float u = (static_cast<float>(bits >> 40) + 1) * 0x1p-24F;  // in (0, 1]
    const float angle = 2 * pi * static_cast<float>(bits >> 8 & 0xFFFFFF) * 0x1p-24F;
    const float radius = std::sqrt(-2 * std::log(u));
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
  }

 private:
  static uint64_t mix(uint64_t x) {
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9U;
    x = (x ^ x >> 27) * 0x94D049BB133111EBU;
    return x ^ x >> 31;
  }

  uint64_t state_;
  float spare_ = 0;
  bool has_spare_ = false;
};

/** Sets row after row through fill(row, random), where random is the row's own generator. */
template <class Fill>
void fill_rows(int64_t rows, uint64_t seed, const Fill& fill) {
  in_parallel(processors(), rows, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Normal random(seed, i);
      fill(i, random);
    }
  });
}

std::vector<float> feature_scales(int64_t cols) {
  constexpr int outliers = 6, dead = 2;
  std::vector<float> scales(static_cast<size_t>(cols), 1);
  for (int i = 0; i < outliers; ++i) {
    scales[static_cast<size_t>((i * 997 + 5) % cols)] =
        static_cast<float>(30 + 70.0 * i / (outliers - 1));
  }
  for (int i = 0; i < dead; ++i) scales[static_cast<size_t>((i * 613 + 11) % cols)] = 0;
  return scales;
}

/** Scratch for the library's own ops on the CPU. */
struct Workspace {
  explicit Workspace(size_t size) : bytes(size), memory(aligned_memory(size), &std::free) {}
  size_t bytes;
  std::unique_ptr<void, void (*)(void*)> memory;
};

void require(esp_status status) {
  if (status != ESP_OK)
    throw std::runtime_error(std::string("preparing inputs: ") + esp_last_error());
}

}  // namespace

Tensor weights(int64_t rows, int64_t cols, esp_dtype dtype) {
  Tensor w(dtype, rows, cols);
  fill_rows(rows, 1, [&](int64_t i, Normal& random) {
    for (int64_t j = 0; j < cols; ++j) w.set(i * cols + j, 0.02F * random.next());
  });
  return w;
}

Tensor norms(int64_t cols) {
  Tensor s(ESP_F32, 1, cols);
  const std::vector<float> scales = feature_scales(cols);
  Normal random(2, 0);
  for (int64_t j = 0; j < cols; ++j) {
    s.set(j, (std::fabs(random.next()) + 0.5F) * scales[static_cast<size_t>(j)]);
  }
  return s;
}

Tensor activations(int64_t tokens, int64_t cols, esp_dtype dtype) {
  constexpr int factors = 4;
  const std::vector<float> scales = feature_scales(cols);
  std::vector<std::array<float, factors>> loadings(static_cast<size_t>(cols));
  fill_rows(cols, 3, [&](int64_t j, Normal& random) {
    for (float& loading : loadings[static_cast<size_t>(j)]) loading = 0.5F * random.next();
  });
  Tensor x(dtype, tokens, cols);
  fill_rows(tokens, 4, [&](int64_t t, Normal& random) {
    std::array<float, factors> shared;
    for (float& factor : shared) factor = random.next();
    for (size_t j = 0; j < static_cast<size_t>(cols); ++j) {
      float value = random.next();
      for (int r = 0; r < factors; ++r) value += shared[r] * loadings[j][r];
      x.set(t * cols + static_cast<int64_t>(j), value * scales[j]);
    }
  });
  return x;
}

Tensor hessian(int64_t n) {
  const Tensor x = activations(2 * n, n, ESP_BF16);
  Tensor h(ESP_F32, n, n);
  const esp_matrix from = x.view(), to = h.view();
  const Workspace scratch(esp_accumulate_hessian_workspace_bytes(&from));
  require(esp_accumulate_hessian(&from, 2, &to, scratch.memory.get(), scratch.bytes, nullptr));
  return h;
}

InverseFactor inverse_factor(int64_t n) {
  InverseFactor factor{hessian(n), Tensor(ESP_U8, 1, n)};
  const esp_matrix h = factor.u.view(), dead = factor.dead.view();
  const Workspace scratch(esp_inverse_factor_workspace_bytes(&h, ESP_F64));
  int64_t failed_pivot = -1;
  require(esp_inverse_factor(&h, 0.01, ESP_F64, &dead, &failed_pivot, scratch.memory.get(),
                             scratch.bytes, nullptr));
  return factor;
}

}  // namespace espalier::bench
