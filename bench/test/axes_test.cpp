#include "axes.hpp"

#include <gtest/gtest.h>

#include <functional>

using namespace espalier::bench;

namespace {

Problem none(const Point&) { return {}; }

const std::vector<Op> ops = {
    {"factor", "", {ESP_F64, ESP_F32}, Shape::square, Pruning::none, none},
    {"groups", "", {ESP_F16, ESP_BF16}, Shape::rows_by_cols, Pruning::n_of_m, none},
    {"rows", "", {ESP_F16, ESP_BF16}, Shape::rows_by_cols, Pruning::share, none},
    {"sweep", "", {ESP_F32}, Shape::rows_by_cols, Pruning::either, none}};

std::vector<std::string> texts(const Axes& axes) {
  std::vector<std::string> texts;
  for (const Case& one : cases(axes, ops)) texts.push_back(one.text());
  return texts;
}

void expect_rejected(const std::function<void()>& parse, const std::string& sentence) {
  try {
    parse();
    ADD_FAILURE() << "accepted where this was expected: " << sentence;
  } catch (const BadOption& e) {
    EXPECT_EQ(sentence, e.what());
  }
}

using Texts = std::vector<std::string>;

}  // namespace

TEST(Axes, EveryCombinationDeviceByDevice) {
  Axes axes;
  axes.ops = {"sweep", "rows"};
  axes.dtypes = {ESP_BF16, ESP_F32};
  axes.rows = {8, 16};
  axes.cols = {32};
  axes.sparsities = {{0.5, 0, 0}, {0, 1, 2}};
  axes.devices = {-1, 3};
  EXPECT_EQ((Texts{"sweep 8×32 f32 0.5 cpu", "sweep 8×32 f32 1:2 cpu", "sweep 16×32 f32 0.5 cpu",
                   "sweep 16×32 f32 1:2 cpu", "rows 8×32 bf16 0.5 cpu", "rows 16×32 bf16 0.5 cpu",
                   "sweep 8×32 f32 0.5 cuda:3", "sweep 8×32 f32 1:2 cuda:3",
                   "sweep 16×32 f32 0.5 cuda:3", "sweep 16×32 f32 1:2 cuda:3",
                   "rows 8×32 bf16 0.5 cuda:3", "rows 16×32 bf16 0.5 cuda:3"}),
            texts(axes));
}

TEST(Axes, DefaultIsEveryOpWithAllItHas) {
  Axes axes;
  axes.rows = {1, 2};
  axes.cols = {4, 8};
  // 2 precisions at 2 sizes; 2 dtypes at 4 shapes, twice; 2 sparsities at 4 shapes.
  EXPECT_EQ(4U + 8 + 8 + 8, texts(axes).size());
}

TEST(Axes, SquareOpsHaveNoRows) {
  Axes axes;
  axes.ops = {"factor"};
  axes.rows = {1, 2, 3};
  axes.cols = {8};
  EXPECT_EQ((Texts{"factor 8×8 f64 cpu", "factor 8×8 f32 cpu"}), texts(axes));
}

TEST(Axes, OpsWithoutTheDtypeArePassedOverUnlessNamed) {
  Axes axes;
  axes.dtypes = {ESP_F64};
  EXPECT_EQ((Texts{"factor 4096×4096 f64 cpu"}), texts(axes));
  axes.ops = {"sweep"};
  expect_rejected([&] { texts(axes); }, "sweep has none of these --dtype; it has f32");
  axes.ops = {"factor"};
  axes.dtypes = {ESP_BF16};
  expect_rejected([&] { texts(axes); }, "factor has none of these --dtype; it has f64, f32");
}

TEST(Axes, OpsWithoutTheSparsityArePassedOverUnlessNamed) {
  Axes axes;
  axes.dtypes = {ESP_F16};
  axes.sparsities = {{0, 2, 4}};
  EXPECT_EQ((Texts{"groups 4096×4096 f16 2:4 cpu"}), texts(axes));
  axes.ops = {"rows"};
  expect_rejected([&] { texts(axes); },
                  "rows takes none of these --sparsity; it takes a share such as 0.7");
  axes.ops = {"groups"};
  axes.sparsities = {{0.5, 0, 0}};
  expect_rejected([&] { texts(axes); },
                  "groups takes none of these --sparsity; it takes a pattern such as 2:4");
}

TEST(Axes, WhatCannotBeMeasuredIsRejected) {
  Axes axes;
  axes.ops = {"none"};
  expect_rejected([&] { texts(axes); },
                  "there is no op \"none\"; the ops are factor, groups, rows, sweep");
  axes.ops = {};
  axes.cols = {10};
  expect_rejected([&] { texts(axes); },
                  "--cols 10 cannot be divided into the groups of --sparsity 2:4");
}

TEST(Lists, AreReadOnceEach) {
  EXPECT_EQ((Texts{"a", "b"}), parse_list("--op", "a,b,a"));
  EXPECT_EQ((std::vector<int64_t>{1, 268435456}), parse_sizes("--rows", "1,268435456"));
  EXPECT_EQ((std::vector<esp_dtype>{ESP_BF16, ESP_F64}), parse_dtypes("--dtype", "bf16,f64"));
  EXPECT_EQ((std::vector<Sparsity>{{0.75, 0, 0}, {0, 4, 8}}),
            parse_sparsities("--sparsity", "0.75,4:8"));
  EXPECT_EQ((std::vector<int32_t>{0, -1, 2}), parse_devices("--device", "cuda,cpu,cuda:0,cuda:2"));
}

TEST(Lists, RejectWhatTheyCannotRead) {
  for (const char* text : {"", "4,", ",4", "4,,8"}) {
    EXPECT_THROW(parse_sizes("--rows", text), BadOption) << text;
  }
  for (const char* text : {"0", "-1", "1.5", "4k", " 4", "268435457", "99999999999999999999"}) {
    EXPECT_THROW(parse_sizes("--rows", text), BadOption) << text;
  }
  for (const char* text : {"1", "-0.1", "nan", "0.5x", "2:", ":4", "0:4", "4:4", "2:65", "2:4:8"}) {
    EXPECT_THROW(parse_sparsities("--sparsity", text), BadOption) << text;
  }
  for (const char* text : {"gpu", "cuda:", "cuda:-1", "cuda:x", "CPU"}) {
    EXPECT_THROW(parse_devices("--device", text), BadOption) << text;
  }
  EXPECT_THROW(parse_dtypes("--dtype", "u8"), BadOption);
  expect_rejected([] { parse_sizes("--rows", "16,x"); },
                  "--rows has \"x\" where a whole number from 1 to 268435456 is needed");
}
