#include <gtest/gtest.h>

#include "linears.hpp"
#include "runtime.cuh"
#include "support.hpp"

using namespace espalier::cuda;
using namespace espalier::test;

namespace {

/** 8 KB of static shared memory, and dynamic. */
template <int tag>
__global__ void use_both() {
  ESP_SHARED(fixed, uint32_t[2048]);
  ESP_DYNAMIC_SHARED(rest, uint32_t);
  fixed[threadIdx.x] = rest[threadIdx.x] = 0;
}

template <int tag>
cudaError_t launch(size_t dynamic_bytes) {
  ESP_LAUNCH(use_both<tag>, 1, 32, dynamic_bytes, nullptr);
  return cudaGetLastError();
}

constexpr size_t as_11008_columns = 11008 * sizeof(uint32_t);

/** Memory that is never touched. */
esp_matrix view(int64_t rows, int64_t cols, esp_dtype dtype) {
  return {reinterpret_cast<void*>(uintptr_t{1} << 40), rows, cols, cols, dtype, 0};
}

/** Calls operation(workspace) with one that is never touched. */
template <class Operation>
void expect_launches(const char* name, const Operation& operation) {
  EXPECT_EQ(ESP_OK, operation(reinterpret_cast<void*>(uintptr_t{1} << 41), size_t{1} << 50))
      << name << ": " << esp_last_error();
}

void launch_all(const Linear& linear) {
  const int64_t rows = linear.rows, cols = linear.cols;
  const esp_matrix w = view(rows, cols, ESP_BF16), wide = view(rows, cols, ESP_F32);
  const esp_matrix s = view(1, cols, ESP_F32), acc = view(1, cols, ESP_F64);
  const esp_matrix x = view(16384, cols, ESP_BF16), h = view(cols, cols, ESP_F32);
  const esp_matrix dead = view(1, cols, ESP_U8), loss = view(rows, 1, ESP_F64);
  expect_launches("prune_rows_smallest", [&](void* memory, size_t bytes) {
    return esp_prune_rows_smallest(&w, &s, 0.7, ESP_EXACT, memory, bytes, nullptr);
  });
  expect_launches("prune_matrix_smallest", [&](void* memory, size_t bytes) {
    return esp_prune_matrix_smallest(&w, 0.7, ESP_EXACT, memory, bytes, nullptr);
  });
  expect_launches("prune_n_of_m",
                  [&](void*, size_t) { return esp_prune_n_of_m(&w, &s, 2, 4, nullptr); });
  expect_launches("score_summary", [&](void* memory, size_t bytes) {
    esp_score_summary_result result = {};
    result.struct_size = sizeof result;
    return esp_score_summary(&w, &s, 1, 5, &result, memory, bytes, nullptr);
  });
  expect_launches("count_zeros", [&](void* memory, size_t bytes) {
    int64_t zeros;
    return esp_count_zeros(&w, &zeros, memory, bytes, nullptr);
  });
  expect_launches("accumulate_squares", [&](void* memory, size_t bytes) {
    return esp_accumulate_squares(&x, &acc, memory, bytes, nullptr);
  });
  expect_launches("accumulate_hessian", [&](void* memory, size_t bytes) {
    return esp_accumulate_hessian(&x, 1, &h, memory, bytes, nullptr);
  });
  for (const esp_dtype precision : {ESP_F32, ESP_F64}) {
    expect_launches("inverse_factor", [&](void* memory, size_t bytes) {
      int64_t failed;
      return esp_inverse_factor(&h, 0.01, precision, &dead, &failed, memory, bytes, nullptr);
    });
  }
  expect_launches("sparsegpt_sweep", [&](void* memory, size_t bytes) {
    return esp_sparsegpt_sweep(&wide, &h, 0.7, ESP_EXACT, 128, &loss, memory, bytes, nullptr);
  });
  expect_launches("sparsegpt_sweep_n_of_m", [&](void* memory, size_t bytes) {
    return esp_sparsegpt_sweep_n_of_m(&wide, &h, 2, 4, 128, &loss, memory, bytes, nullptr);
  });
}

/** Runs the kernels that have dynamic shared memory, so that the static is known, too. */
void run_small() {
  Matrix w(ESP_BF16, 1, 6152), x(ESP_BF16, 40, 136), h(ESP_F32, 136, 136), dead(ESP_U8, 1, 136);
  fill(w, Content::gaussian, 1);
  fill(x, Content::gaussian, 2);
  const esp_matrix row = w.view(), input = x.view(), hessian = h.view(), marks = dead.view();
  EXPECT_EQ(ESP_OK, esp_prune_rows_smallest(&row, nullptr, 0.5, ESP_EXACT, nullptr, 0, nullptr));
  for (const esp_dtype precision : {ESP_F32, ESP_F64}) {
    h.fill([](int64_t i, int64_t j) { return i == j ? 1.0 : 0.0; });
    Workspace scratch(esp_accumulate_hessian_workspace_bytes(&input));
    EXPECT_EQ(ESP_OK, esp_accumulate_hessian(&input, 1, &hessian, scratch.data(), scratch.bytes(),
                                             nullptr));
    Workspace wide(esp_inverse_factor_workspace_bytes(&hessian, precision));
    int64_t failed;
    EXPECT_EQ(ESP_OK, esp_inverse_factor(&hessian, 0.01, precision, &marks, &failed, wide.data(),
                                         wide.bytes(), nullptr));
  }
}

}  // namespace

TEST(Launch, StaticSharedMemoryIsTakenFromWhatIsGrantedUnasked) {
  EXPECT_EQ(cudaSuccess, launch<0>(40 * 1024));
  EXPECT_EQ(cudaErrorInvalidConfiguration, launch<0>(as_11008_columns));
  allow_shared<as_11008_columns>(use_both<0>);
  EXPECT_EQ(cudaSuccess, launch<0>(as_11008_columns));
}

TEST(LaunchDeathTest, StaticSharedMemoryCountsWhenABlockFirstUsesIt) {
  EXPECT_DEATH(launch<1>(as_11008_columns), "static and dynamic shared memory are together more");
}

TEST(Launch, NoMoreThanTheDeviceHas) {
  constexpr size_t beside_8k = 219 * 1024;
  EXPECT_EQ(cudaSuccess, launch<2>(1024));
  EXPECT_EQ(cudaErrorInvalidValue,
            cudaFuncSetAttribute(reinterpret_cast<const void*>(use_both<2>),
                                 cudaFuncAttributeMaxDynamicSharedMemorySize, beside_8k + 128));
  cudaGetLastError();
  allow_shared<beside_8k>(use_both<2>);
  EXPECT_EQ(cudaSuccess, launch<2>(beside_8k));
  EXPECT_EQ(cudaErrorInvalidConfiguration, launch<2>(beside_8k + 4));
}

TEST(LaunchDeathTest, AKernelIsAllowedOneSizeOnly) {
  allow_shared<50 * 1024>(use_both<3>);
  EXPECT_DEATH(allow_shared<60 * 1024>(use_both<3>), "host threads would undo each other's");
}

// On the smallest devices that kernels are compiled for, the largest, and between.
TEST(Launch, EveryLinearOfTheModelsWhole) {
  for (const int capability : {80, 86, 90}) {
    SCOPED_TRACE("compute capability " + std::to_string(capability));
    sim::set_compute_capability(capability);
    run_small();
    sim::set_launch_only(true);
    for (const Linear& linear : model_linears()) {
      SCOPED_TRACE(linear.describe());
      launch_all(linear);
    }
    sim::set_launch_only(false);
  }
  sim::set_compute_capability(90);
}

// Its workspace is one sum in f64 of every column and slab.
TEST(Launch, SquaresFillADeviceAFewTimesOver) {
  for (const Linear& linear : model_linears()) {
    for (const esp_dtype dtype : {ESP_F32, ESP_BF16}) {
      const esp_matrix x = view(32768, linear.cols, dtype);
      const auto slabs = static_cast<int64_t>(esp_accumulate_squares_workspace_bytes(&x)) /
                         (linear.cols * static_cast<int64_t>(sizeof(double)));
      const int64_t blocks = slabs * ceil_div(linear.cols, dtype == ESP_F32 ? 128 : 256);
      EXPECT_LE(512, blocks) << linear.describe();
      EXPECT_GE(1024, blocks) << linear.describe();
    }
  }
}
