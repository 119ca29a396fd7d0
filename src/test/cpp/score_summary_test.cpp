#include <algorithm>

#include "support.hpp"

using namespace espalier::test;

namespace {

struct Input {
  std::vector<Matrix> weights, scales;
  bool scaled;

  std::vector<float> scores() const {
    std::vector<float> all;
    for (size_t m = 0; m < weights.size(); ++m) {
      for (int64_t i = 0; i < weights[m].rows(); ++i) {
        for (int64_t j = 0; j < weights[m].cols(); ++j) {
          all.push_back(score(weights[m], scaled ? &scales[m] : nullptr, i, j));
        }
      }
    }
    return all;
  }
};

Input input(esp_dtype dtype, const std::vector<std::pair<int64_t, int64_t>>& shapes,
            Content content, bool scaled, unsigned seed) {
  Input in = {{}, {}, scaled};
  for (const auto& [rows, cols] : shapes) {
    in.weights.emplace_back(dtype, rows, cols, 3);
    fill(in.weights.back(), content, ++seed);
    in.scales.push_back(scales(cols, ++seed));
  }
  return in;
}

esp_score_summary_result summarize(Input& in, double multiple) {
  std::vector<esp_matrix> weights, scale;
  for (Matrix& m : in.weights) weights.push_back(m.view());
  for (Matrix& m : in.scales) scale.push_back(m.view());
  const int32_t count = static_cast<int32_t>(weights.size());
  Workspace scratch(esp_score_summary_workspace_bytes(weights.data(), count));
  esp_score_summary_result result;
  std::memset(&result, 0, sizeof result);
  result.struct_size = sizeof result;
  EXPECT_EQ(ESP_OK, esp_score_summary(weights.data(), in.scaled ? scale.data() : nullptr, count,
                                      multiple, &result, scratch.data(), scratch.bytes(), nullptr))
      << esp_last_error();
  return result;
}

void expect_oracle(Input& in, double multiple) {
  std::vector<float> scores = in.scores();
  std::sort(scores.begin(), scores.end(), precedes);
  const size_t n = scores.size();
  long double sum = 0, squares = 0;
  for (float s : scores) sum += s;
  const long double mean = sum / static_cast<long double>(n);
  for (float s : scores) squares += (s - mean) * (s - mean);
  const double deviation =
      n > 1 ? static_cast<double>(std::sqrt(squares / static_cast<long double>(n - 1))) : 0;

  std::string isa_before;
  esp_score_summary_result before = {};
  for_every_setting([&](const std::string& isa) {
    const esp_score_summary_result r = summarize(in, multiple);
    EXPECT_EQ(static_cast<int64_t>(n), r.count);
    EXPECT_NEAR(static_cast<double>(sum), r.sum, 1e-10 * static_cast<double>(sum));
    EXPECT_NEAR(static_cast<double>(mean), r.mean, 1e-10 * static_cast<double>(mean));
    EXPECT_EQ(static_cast<double>(scores[(n - 1) / 2]), r.median);
    EXPECT_EQ(static_cast<double>(scores[n - 1]), r.max);
    EXPECT_NEAR(deviation, r.standard_deviation, 1e-9 * deviation);
    EXPECT_EQ(std::count_if(scores.begin(), scores.end(),
                            [&](float s) { return static_cast<double>(s) > multiple * r.mean; }),
              r.outliers);
    if (isa == isa_before) {
      EXPECT_EQ(0, std::memcmp(&r, &before, sizeof r)) << "threads";
    }
    isa_before = isa;
    before = r;
  });
}

}  // namespace

TEST(ScoreSummary, EqualsDefinition) {
  const int64_t many = device() < 0 ? 300 : 20;
  const std::vector<std::vector<std::pair<int64_t, int64_t>>> sets = {
      {{1, 1}}, {{2, 1}}, {{1, 37}}, {{50, 70}, {3, 200}, {64, 5}}, {{many, 512}, {2 * many, 130}}};
  unsigned seed = 1;
  for (const auto& shapes : sets) {
    for (esp_dtype dtype : weight_dtypes) {
      for (Content content : {Content::gaussian, Content::coarse, Content::zeros, Content::equal}) {
        for (bool scaled : {false, true}) {
          Input in = input(dtype, shapes, content, scaled, ++seed * 10);
          SCOPED_TRACE(describe(in.weights[0].view(), content));
          expect_oracle(in, 5);
        }
      }
    }
  }
}

TEST(ScoreSummary, AnyOutlierMultiple) {
  Input in = input(ESP_BF16, {{300, 400}}, Content::gaussian, true, 1);
  for (double multiple : {0.0, 0.5, 1.0, 3.0, 7.5, 1e300}) expect_oracle(in, multiple);
}

// The bound is not rounded to f32.
TEST(ScoreSummary, OutliersNextToTheBound) {
  Input in = input(ESP_F16, {{20, 30}}, Content::equal, false, 1);
  for (double multiple : {1 - 1e-12, 1.0, 1 + 1e-12}) expect_oracle(in, multiple);
}

TEST(ScoreSummary, MixedTypes) {
  Input in = input(ESP_F32, {{100, 300}, {200, 300}}, Content::gaussian, true, 1);
  in.weights[1] = Matrix(ESP_F16, 200, 300);
  fill(in.weights[1], Content::gaussian, 8);
  expect_oracle(in, 5);
}

// Rows of whole 16-byte accesses, with and without padding that keeps them so.
TEST(ScoreSummary, AlignedRows) {
  const int64_t shapes[][3] = {{1, 8, 0}, {30, 1000, 24}, {3, 2048, 0}, {5, 4099, 1}};
  for (Content content : {Content::gaussian, Content::coarse}) {
    for (bool scaled : {false, true}) {
      Input in = {{}, {}, scaled};
      unsigned seed = 7;
      for (const auto& [rows, cols, padding] : shapes) {
        in.weights.emplace_back(weight_dtypes[++seed % 3], rows, cols, padding);
        fill(in.weights.back(), content, ++seed);
        in.scales.push_back(scales(cols, ++seed));
      }
      expect_oracle(in, 3);
    }
  }
}

// Rows a sample is likely to read look nothing like the others.
TEST(ScoreSummary, MisleadingSample) {
  const int64_t rows = 100000;
  std::mt19937 random(3);
  std::uniform_real_distribution<double> usual(1, 1.1), large(9, 18);
  Input in = {{Matrix(ESP_F32, rows, 3)}, {Matrix(ESP_F32, 1, 3)}, false};
  in.weights[0].fill([&](int64_t, int64_t) { return usual(random); });
  for (int64_t vectors : {4097, 8193, 16385}) {
    for (int64_t v = 0; v < vectors; ++v) {
      for (int64_t j = 0; j < 3; ++j) in.weights[0].set(v * rows / vectors, j, large(random));
    }
  }
  expect_oracle(in, 2);
}

TEST(ScoreSummary, NotFinite) {
  const double inf = std::numeric_limits<double>::infinity();
  for (int64_t cols : {40, 4000}) {
    Input in = input(ESP_F32, {{30, cols}}, Content::gaussian, false, 1);
    in.weights[0].set(2, 17, -inf);
    std::vector<float> scores = in.scores();
    std::sort(scores.begin(), scores.end(), precedes);
    for_every_setting([&] {
      const esp_score_summary_result r = summarize(in, 5);
      EXPECT_EQ(inf, r.max);
      EXPECT_EQ(inf, r.mean);
      EXPECT_EQ(scores[(scores.size() - 1) / 2], r.median);
      EXPECT_EQ(0, r.outliers);
    });
    in.weights[0].set(3, 39, std::nan(""));
    scores = in.scores();
    std::sort(scores.begin(), scores.end(), precedes);
    for_every_setting([&] {
      const esp_score_summary_result r = summarize(in, 5);
      EXPECT_TRUE(std::isnan(r.max));
      EXPECT_TRUE(std::isnan(r.mean));
      EXPECT_EQ(scores[(scores.size() - 1) / 2], r.median);
      EXPECT_EQ(0, r.outliers);
    });
  }
}

TEST(ScoreSummary, RejectsBadArguments) {
  Matrix first(ESP_F32, 4, 8), second(ESP_F16, 2, 6), wide(ESP_F64, 2, 6);
  Matrix s8(ESP_F32, 1, 8), s6(ESP_F32, 1, 6);
  const esp_matrix w[] = {first.view(), second.view()}, bad[] = {first.view(), wide.view()};
  const esp_matrix s[] = {s8.view(), s6.view()}, swapped[] = {s8.view(), s8.view()};
  Workspace scratch(esp_score_summary_workspace_bytes(w, 2));
  esp_score_summary_result result{};
  result.struct_size = sizeof result;
  const auto call = [&](const esp_matrix* weights, const esp_matrix* with, int32_t matrices,
                        double multiple, esp_score_summary_result* to, size_t bytes) {
    return esp_score_summary(weights, with, matrices, multiple, to, scratch.data(), bytes, nullptr);
  };
  const size_t bytes = scratch.bytes();
  expect_invalid(call(nullptr, s, 2, 5, &result, bytes), "weights is NULL");
  expect_invalid(call(w, s, 0, 5, &result, bytes), "matrices");
  expect_invalid(call(bad, s, 2, 5, &result, bytes), "weights[1] has dtype f64");
  expect_invalid(call(w, swapped, 2, 5, &result, bytes), "scales[1] has shape 1 x 8");
  expect_invalid(call(w, s, 2, std::nan(""), &result, bytes), "outlier_multiple");
  expect_invalid(call(w, s, 2, -1, &result, bytes), "outlier_multiple");
  expect_invalid(call(w, s, 2, 5, nullptr, bytes), "result is NULL");
  expect_invalid(call(w, s, 2, 5, &result, bytes - 1), "workspace");
  result.struct_size = 63;
  expect_invalid(call(w, s, 2, 5, &result, bytes), "result has struct_size 63");
}

TEST(ScoreSummary, WritesNoFurtherThanItKnows) {
  Input in = input(ESP_F32, {{4, 8}}, Content::gaussian, false, 1);
  const esp_matrix w = in.weights[0].view();
  const Workspace scratch(esp_score_summary_workspace_bytes(&w, 1));
  // A caller of a later release, whose struct has one more field.
  struct {
    esp_score_summary_result result;
    int64_t later;
  } caller = {{}, -7};
  caller.result.struct_size = sizeof caller;
  ASSERT_EQ(ESP_OK, esp_score_summary(&w, nullptr, 1, 5, &caller.result, scratch.data(),
                                      scratch.bytes(), nullptr));
  EXPECT_EQ(sizeof caller, caller.result.struct_size);
  EXPECT_EQ(32, caller.result.count);
  EXPECT_GT(caller.result.max, 0);
  EXPECT_EQ(-7, caller.later);
}
