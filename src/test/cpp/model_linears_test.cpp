#include "linears.hpp"
#include "support.hpp"

using namespace espalier::test;

// A few rows of every linear of the models that people prune, whole in columns: what a kernel's
// shared memory, grid and loops depend on. The CPU's portable kernels, which their own tests
// compare with oracles, say what is right.

namespace {

constexpr int64_t few = 2;

esp_matrix on_cpu(esp_matrix view) {
  view.device = -1;
  return view;
}

/** Calls prune(view of a copy, whether on the CPU) for both and expects the same bytes. */
template <class Prune>
void expect_twins(const Matrix& dense, const Prune& prune) {
  Matrix mine = dense, twin = dense;
  ASSERT_EQ(ESP_OK, esp_set_cpu_isa("portable"));
  const esp_matrix cpu = on_cpu(twin.view());
  ASSERT_EQ(ESP_OK, prune(cpu)) << esp_last_error();
  ASSERT_EQ(ESP_OK, esp_set_cpu_isa(nullptr));
  const esp_matrix view = mine.view();
  ASSERT_EQ(ESP_OK, prune(view)) << esp_last_error();
  EXPECT_TRUE(mine.bytes() == twin.bytes());
}

/** Calls test(linear) for one linear of each number of columns. */
template <class Test>
void for_each_width(const Test& test) {
  std::set<int64_t> widths;
  for (const Linear& linear : model_linears()) {
    if (!widths.insert(linear.cols).second) continue;
    SCOPED_TRACE(linear.describe());
    test(linear);
  }
}

}  // namespace

TEST(ModelLinears, RowsArePruned) {
  unsigned seed = 1;
  for_each_width([&](const Linear& linear) {
    Matrix s = scales(linear.cols, ++seed);
    Matrix w(weight_dtypes[seed % 3], few, linear.cols);
    fill(w, Content::gaussian, ++seed);
    expect_twins(w, [&](const esp_matrix& on) {
      esp_matrix scale = s.view();
      scale.device = on.device;
      const Workspace scratch(esp_prune_rows_smallest_workspace_bytes(&on));
      return esp_prune_rows_smallest(&on, &scale, 0.7, ESP_EXACT, scratch.data(), scratch.bytes(),
                                     nullptr);
    });
  });
}

TEST(ModelLinears, MatricesArePruned) {
  unsigned seed = 1;
  for_each_width([&](const Linear& linear) {
    Matrix w(weight_dtypes[++seed % 3], few, linear.cols);
    fill(w, Content::coarse, seed);
    expect_twins(w, [](const esp_matrix& on) {
      const Workspace scratch(esp_prune_matrix_smallest_workspace_bytes(&on));
      return esp_prune_matrix_smallest(&on, 0.5, ESP_EXACT, scratch.data(), scratch.bytes(),
                                       nullptr);
    });
  });
}

TEST(ModelLinears, GroupsArePruned) {
  unsigned seed = 1;
  for_each_width([&](const Linear& linear) {
    Matrix s = scales(linear.cols, ++seed);
    Matrix w(weight_dtypes[seed % 3], few, linear.cols);
    fill(w, Content::gaussian, ++seed);
    expect_twins(w, [&](const esp_matrix& on) {
      esp_matrix scale = s.view();
      scale.device = on.device;
      return esp_prune_n_of_m(&on, &scale, 2, 4, nullptr);
    });
  });
}

TEST(ModelLinears, SquaresOfTheirInputsAreSummed) {
  unsigned seed = 1;
  for_each_width([&](const Linear& linear) {
    Matrix x(weight_dtypes[++seed % 3], 11, linear.cols);
    fill(x, Content::gaussian, seed);
    Matrix acc(ESP_F64, 1, linear.cols);
    acc.fill([](int64_t, int64_t) { return 0.0; });
    const esp_matrix view = x.view(), sums = acc.view();
    const Workspace scratch(esp_accumulate_squares_workspace_bytes(&view));
    ASSERT_EQ(ESP_OK,
              esp_accumulate_squares(&view, &sums, scratch.data(), scratch.bytes(), nullptr))
        << esp_last_error();
    for (int64_t j = 0; j < linear.cols; ++j) {
      double exact = 0;
      for (int64_t t = 0; t < x.rows(); ++t) exact += x.get(t, j) * x.get(t, j);
      ASSERT_NEAR(exact, acc.get(0, j), 1e-6 * exact) << "column " << j;
    }
  });
}

TEST(ModelLinears, TheirScoresAreSummarized) {
  unsigned seed = 1;
  for_each_width([&](const Linear& linear) {
    Matrix s = scales(linear.cols, ++seed);
    Matrix w(weight_dtypes[seed % 3], few, linear.cols);
    fill(w, Content::gaussian, ++seed);
    esp_score_summary_result results[2] = {};
    int64_t zeros[2] = {-1, -1};
    for (const int twin : {0, 1}) {
      esp_matrix view = w.view(), scale = s.view();
      view.device = scale.device = twin == 0 ? -1 : device();
      esp_score_summary_result& result = results[twin];
      result.struct_size = sizeof result;
      const Workspace scratch(esp_score_summary_workspace_bytes(&view, 1));
      ASSERT_EQ(ESP_OK, esp_score_summary(&view, &scale, 1, 5, &result, scratch.data(),
                                          scratch.bytes(), nullptr))
          << esp_last_error();
      const Workspace for_zeros(esp_count_zeros_workspace_bytes(&view));
      ASSERT_EQ(ESP_OK,
                esp_count_zeros(&view, &zeros[twin], for_zeros.data(), for_zeros.bytes(), nullptr));
    }
    EXPECT_EQ(zeros[0], zeros[1]);
    EXPECT_EQ(results[0].median, results[1].median);
    EXPECT_EQ(results[0].max, results[1].max);
    EXPECT_EQ(results[0].outliers, results[1].outliers);
  });
}
