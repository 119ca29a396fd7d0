#include "baseline.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "csv.hpp"
#include "report.hpp"
#include "results.hpp"

using namespace espalier::bench;
using namespace espalier::bench::test;

namespace {

const Op op = {"op", "", {ESP_F32}, Shape::rows_by_cols, Pruning::either, nullptr};
const Point small = {8, 16, ESP_F32, Sparsity{0.7, 0, 0}, -1};
const Point grouped = {8, 16, ESP_F32, Sparsity{0, 2, 4}, -1};

/** A file that is gone when the test is over. */
class File {
 public:
  explicit File(const std::string& content)
      : name_(testing::TempDir() + "baseline_" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + ".csv") {
    std::ofstream(name_) << content;
  }
  ~File() { std::remove(name_.c_str()); }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

std::string printed(const std::vector<Result>& results) {
  std::ostringstream out;
  print_csv(out, results, {});
  return out.str();
}

}  // namespace

TEST(Baseline, ComparesWithWhatAnEarlierRunPrinted) {
  const File file(printed({measured(op, small, 2e-3), measured(op, grouped, 5e-3)}));
  const Baseline baseline = Baseline::read(file.name());
  EXPECT_DOUBLE_EQ(1.5, baseline.ratio(measured(op, small, 3e-3)).value());
  EXPECT_DOUBLE_EQ(0.6, baseline.ratio(measured(op, grouped, 3e-3)).value());
  EXPECT_EQ("CPU, avx2, 2 threads", baseline.hardware({&op, small}));
}

TEST(Baseline, OtherCasesAreUnknown) {
  const File file(printed({measured(op, small, 2e-3)}));
  const Baseline baseline = Baseline::read(file.name());
  for (Point other :
       {Point{9, 16, ESP_F32, small.sparsity, -1}, Point{8, 17, ESP_F32, small.sparsity, -1},
        Point{8, 16, ESP_F16, small.sparsity, -1}, grouped,
        Point{8, 16, ESP_F32, small.sparsity, 0}}) {
    EXPECT_FALSE(baseline.knows({&op, other}));
    EXPECT_FALSE(baseline.ratio(measured(op, other, 1)));
    EXPECT_FALSE(baseline.regressed(measured(op, other, 1), 0.05));
  }
}

TEST(Baseline, RegressionIsMoreThanAllowed) {
  const File file(printed({measured(op, small, 2e-3)}));
  const Baseline baseline = Baseline::read(file.name());
  EXPECT_FALSE(baseline.regressed(measured(op, small, 1e-3), 0.05));
  EXPECT_FALSE(baseline.regressed(measured(op, small, 2.09e-3), 0.05));
  EXPECT_TRUE(baseline.regressed(measured(op, small, 2.11e-3), 0.05));
  EXPECT_TRUE(baseline.regressed(measured(op, small, 2.01e-3), 0));
}

TEST(Baseline, WhatCanNoLongerBeMeasuredHasRegressed) {
  const File file(printed({measured(op, small, 2e-3)}));
  const Baseline baseline = Baseline::read(file.name());
  EXPECT_TRUE(baseline.regressed(refused(op, small, Outcome::unsupported, "not here"), 0.05));
}

TEST(Baseline, WhatWasNotMeasuredIsNoBaseline) {
  const File file(printed({refused(op, small, Outcome::failed, "one, \"two\"\nthree")}));
  EXPECT_FALSE(Baseline::read(file.name()).knows({&op, small}));
}

TEST(Baseline, RejectsOtherFiles) {
  EXPECT_THROW(Baseline::read("/no/such/file"), BadOption);
  for (const char* content : {"", "{\"results\": []}", "op,rows,cols,dtype,sparsity,device\n",
                              "op,rows,cols,dtype,sparsity,device,time_s\nop,8,16,f32,,cpu,x\n",
                              "op,rows,cols,dtype,sparsity,device,time_s\nop,8,16,f32,,cpu,0\n"}) {
    const File file(content);
    EXPECT_THROW(Baseline::read(file.name()), BadOption) << content;
  }
}

TEST(Csv, ReadsWhatItWrites) {
  const std::vector<CsvRow> rows = {
      {"a", "", "b c"}, {"1,5", "say \"so\"", "two\nlines"}, {"", ""}};
  std::stringstream text;
  for (const CsvRow& row : rows) text << csv_line(row) << "\r\n";
  EXPECT_EQ(rows, read_csv(text));
}
