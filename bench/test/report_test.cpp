#include "report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "results.hpp"

using namespace espalier::bench;
using namespace espalier::bench::test;

namespace {

const Op op = {"op", "", {ESP_BF16}, Shape::rows_by_cols, Pruning::n_of_m, nullptr};
const Point point = {8, 16, ESP_BF16, Sparsity{0, 2, 4}, -1};

void expect_contains(const std::string& text, const std::string& part) {
  EXPECT_NE(std::string::npos, text.find(part)) << part << " in " << text;
}

}  // namespace

TEST(Report, RowHasRatesOfTheColdTime) {
  // 1000 bytes in 2 ms are half of a copy at 1 MB/s.
  const std::string row = table_row(measured(op, point, 2e-3), {});
  expect_contains(row, "| op ");
  expect_contains(row, "| 2:4 ");
  expect_contains(row, " 2.00 ms |");
  expect_contains(row, " 0.0 % |");
  expect_contains(row, " 1.00 ms |");
  expect_contains(row, " 50 % |");
  expect_contains(row, "| pass: same bits |");
}

TEST(Report, RowHasAsManyCellsAsTheHeader) {
  const std::string header = table_header();
  const auto bars = [](const std::string& line) {
    return std::count(line.begin(), line.end(), '|');
  };
  const auto expected = bars(header) / 2;
  EXPECT_EQ(expected, bars(table_row(measured(op, point, 1), {})));
  EXPECT_EQ(expected, bars(table_row(refused(op, point, Outcome::wrong, "2 elements differ"), {})));
}

TEST(Report, UnsupportedAndWrongAreShownWithoutTimes) {
  const std::string unsupported =
      table_row(refused(op, point, Outcome::unsupported, "no kernel"), {});
  expect_contains(unsupported, "| unsupported: no kernel |");
  EXPECT_EQ(std::string::npos, unsupported.find("ms"));
  expect_contains(table_row(refused(op, point, Outcome::wrong, "2 elements differ"), {}),
                  "| **wrong**: 2 elements differ |");
}

TEST(Report, JsonHasNullForWhatIsMissingAndEscapesText) {
  std::ostringstream out;
  print_json(out, {refused(op, point, Outcome::failed, "a \"b\" \\ \n c")}, {});
  expect_contains(out.str(), "\"rows\": 8,");
  expect_contains(out.str(), "\"sparsity\": \"2:4\"");
  expect_contains(out.str(), "\"time_s\": null");
  expect_contains(out.str(), "\"check\": \"failed\"");
  expect_contains(out.str(), R"("remark": "a \"b\" \\ \u000a c")");
}
