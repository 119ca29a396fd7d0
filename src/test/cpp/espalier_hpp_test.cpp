#include "espalier/espalier.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

using espalier::Error;
using espalier::View;
using espalier::Workspace;

namespace {

/** A half-precision type of someone else's. */
struct TheirHalf {
  std::uint16_t bits;
};

}  // namespace

template <>
struct espalier::dtype_of<TheirHalf> : espalier::dtype_of<espalier::f16> {};

// What is only read cannot be passed where it would be written, and types are known.
static_assert(std::is_convertible_v<View<float>, esp_matrix>);
static_assert(!std::is_convertible_v<View<const float>, esp_matrix>);
static_assert(std::is_convertible_v<View<const float>, espalier::Input>);
static_assert(std::is_convertible_v<View<const float>, std::optional<espalier::Input>>);
static_assert(std::is_nothrow_copy_constructible_v<Error>);

TEST(CppView, IsAMatrix) {
  float data[12] = {};
  const esp_matrix dense = View(data, 3, 4);
  EXPECT_EQ(data, dense.data);
  EXPECT_EQ(3, dense.rows);
  EXPECT_EQ(4, dense.cols);
  EXPECT_EQ(4, dense.row_stride);
  EXPECT_EQ(ESP_F32, dense.dtype);
  EXPECT_EQ(-1, dense.device);

  const View strided(data, 2, 3, 6, 1);
  EXPECT_EQ(6, strided.row_stride());
  EXPECT_EQ(1, strided.device());
  EXPECT_EQ(data, strided.data());
}

TEST(CppView, KnowsEveryType) {
  espalier::f16 half[1];
  espalier::bf16 brain[1];
  double wide[1];
  std::uint8_t byte[1];
  std::int64_t integer[1];
  TheirHalf theirs[1];
  EXPECT_EQ(ESP_F16, esp_matrix(View(half, 1, 1)).dtype);
  EXPECT_EQ(ESP_BF16, esp_matrix(View(brain, 1, 1)).dtype);
  EXPECT_EQ(ESP_F64, esp_matrix(View(wide, 1, 1)).dtype);
  EXPECT_EQ(ESP_U8, esp_matrix(View(byte, 1, 1)).dtype);
  EXPECT_EQ(ESP_I64, esp_matrix(View(integer, 1, 1)).dtype);
  EXPECT_EQ(ESP_F16, esp_matrix(View(theirs, 1, 1)).dtype);
}

TEST(CppWorkspace, GrowsAligned) {
  Workspace workspace;
  EXPECT_EQ(nullptr, workspace.data());
  workspace.reserve(0);
  EXPECT_EQ(nullptr, workspace.data());
  for (std::size_t bytes : {1, 63, 1000, 100000}) {
    workspace.reserve(bytes);
    EXPECT_EQ(0U, reinterpret_cast<std::uintptr_t>(workspace.data()) % 64);
    EXPECT_EQ(bytes, workspace.size());
  }
  void* const before = workspace.data();
  workspace.reserve(10);
  EXPECT_EQ(before, workspace.data());
  EXPECT_EQ(100000U, workspace.size());

  Workspace moved = std::move(workspace);
  EXPECT_EQ(before, moved.data());
}

TEST(CppWorkspace, TakesMemoryFromElsewhere) {
  std::vector<std::size_t> taken;
  int given_back = 0;
  {
    Workspace workspace([&](std::size_t bytes) {
      taken.push_back(bytes);
      return std::shared_ptr<void>(::operator new (bytes, std::align_val_t{64}), [&](void* memory) {
        ++given_back;
        ::operator delete (memory, std::align_val_t{64});
      });
    });
    workspace.reserve(100);
    workspace.reserve(50);
    workspace.reserve(200);
    EXPECT_EQ(1, given_back);
  }
  EXPECT_EQ((std::vector<std::size_t>{100, 200}), taken);
  EXPECT_EQ(2, given_back);
}

TEST(CppWorkspace, StaysUsableWhenThereIsNoMemory) {
  Workspace workspace;
  workspace.reserve(64);
  EXPECT_THROW(workspace.reserve(std::numeric_limits<std::size_t>::max() / 2), std::bad_alloc);
  EXPECT_EQ(nullptr, workspace.data());
  EXPECT_EQ(0U, workspace.size());
  workspace.reserve(64);
  EXPECT_NE(nullptr, workspace.data());
}

TEST(CppLibrary, SaysItsVersions) {
  EXPECT_EQ(ESP_ABI_VERSION, espalier::abi_version());
  EXPECT_EQ(esp_version(), espalier::version());
}

TEST(CppOps, Prune) {
  Workspace workspace;
  const std::vector<float> dense = {4, -1, 3, 2, -5, 6, 0.5F, 7};
  const std::vector<float> scale = {1, 10, 1, 1};

  std::vector<float> w = dense;
  espalier::prune_n_of_m(View(w.data(), 2, 4), std::nullopt, 2, 4);
  EXPECT_EQ((std::vector<float>{4, 0, 3, 0, 0, 6, 0, 7}), w);
  w = dense;
  espalier::prune_n_of_m(View(w.data(), 2, 4), View(scale.data(), 1, 4), 2, 4);
  EXPECT_EQ((std::vector<float>{4, -1, 0, 0, 0, 6, 0, 7}), w);
  w = dense;
  espalier::prune_rows_smallest(View(w.data(), 2, 4), View(scale.data(), 1, 4), 0.25, ESP_EXACT,
                                workspace);
  EXPECT_EQ((std::vector<float>{4, -1, 3, 0, -5, 6, 0, 7}), w);
  w = dense;
  espalier::prune_matrix_smallest(View(w.data(), 2, 4), 0.375, ESP_EXACT, workspace);
  EXPECT_EQ((std::vector<float>{4, 0, 3, 0, -5, 6, 0, 7}), w);
  EXPECT_EQ(3, espalier::count_zeros(View<const float>(w.data(), 2, 4), workspace));
}

TEST(CppOps, SummariseScores) {
  Workspace workspace;
  const std::vector<float> a = {1, -2, 3, -4}, b = {10, 20}, s = {1, 1}, t = {2, 2};
  const View first(a.data(), 2, 2), second(b.data(), 1, 2);
  const esp_score_summary_result plain = espalier::score_summary({first, second}, {}, 1, workspace);
  EXPECT_EQ(6, plain.count);
  EXPECT_EQ(2, plain.outliers);
  EXPECT_EQ(40, plain.sum);
  EXPECT_EQ(3, plain.median);
  const esp_score_summary_result scaled = espalier::score_summary(
      {first, second}, {View(s.data(), 1, 2), View(t.data(), 1, 2)}, 1, workspace);
  EXPECT_EQ(70, scaled.sum);
  EXPECT_EQ(40, scaled.max);
  EXPECT_THROW(espalier::score_summary({first, second}, {View(s.data(), 1, 2)}, 1, workspace),
               Error);
  EXPECT_THROW(espalier::score_summary({}, {}, 1, workspace), Error);
}

TEST(CppOps, SparseGpt) {
  constexpr std::int64_t tokens = 64, n = 8, rows = 4;
  std::vector<float> x(tokens * n), w(rows * n), h(n * n);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<float>(i * i));
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = std::cos(static_cast<float>(3 * i * i));
  std::vector<double> squares(n), loss(rows);
  std::vector<std::uint8_t> dead(n);
  Workspace workspace;

  espalier::accumulate_squares(View<const float>(x.data(), tokens, n), View(squares.data(), 1, n),
                               workspace);
  espalier::accumulate_hessian(View<const float>(x.data(), tokens, n), 1, View(h.data(), n, n),
                               workspace);
  for (std::size_t j = 0; j < n; ++j) EXPECT_NEAR(squares[j], h[j * n + j], 1e-4);

  espalier::inverse_factor(View(h.data(), n, n), 0.01, espalier::factor_precision(-1),
                           View(dead.data(), 1, n), workspace);
  EXPECT_EQ(std::vector<std::uint8_t>(n), dead);
  std::vector<float> by_pattern = w;
  espalier::sparsegpt_sweep(View(w.data(), rows, n), View(h.data(), n, n), 0.5, ESP_EXACT, n,
                            View(loss.data(), rows, 1), workspace);
  EXPECT_EQ(rows * n / 2, espalier::count_zeros(View(w.data(), rows, n), workspace));
  EXPECT_GT(loss[0], 0);
  espalier::sparsegpt_sweep_n_of_m(View(by_pattern.data(), rows, n), View(h.data(), n, n), 1, 4, n,
                                   std::nullopt, workspace);
  EXPECT_EQ(rows * n * 3 / 4, espalier::count_zeros(View(by_pattern.data(), rows, n), workspace));
}

TEST(CppErrors, SayWhatAndWhere) {
  std::vector<float> w(8);
  try {
    espalier::prune_n_of_m(View(w.data(), 2, 4), std::nullopt, 4, 4);
    FAIL() << "4:4 is no pattern";
  } catch (const Error& e) {
    EXPECT_EQ(ESP_INVALID_ARGUMENT, e.code());
    EXPECT_STREQ("prune_n_of_m", e.op());
    EXPECT_STREQ("keep is not in 1..group-1", e.text());
    EXPECT_STREQ("prune_n_of_m: keep is not in 1..group-1", e.what());
  }
  EXPECT_THROW(espalier::set_num_threads(-1), Error);
}

TEST(CppErrors, NameThePivotThatFailed) {
  std::vector<float> h = {1, 0, 0, 0, -2, 0, 0, 0, 1};
  const std::vector<float> before = h;
  std::vector<std::uint8_t> dead(3);
  Workspace workspace;
  try {
    espalier::inverse_factor(View(h.data(), 3, 3), 0, ESP_F64, View(dead.data(), 1, 3), workspace);
    FAIL() << "a negative diagonal has no factor";
  } catch (const espalier::NotPositiveDefinite& e) {
    EXPECT_EQ(ESP_NUMERICAL_ERROR, e.code());
    EXPECT_EQ(1, e.pivot());
    EXPECT_NE(std::string::npos, std::string(e.text()).find("column 1"));
  }
  EXPECT_EQ(before, h);
}
