#include "measure.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "verdict.hpp"

using namespace espalier::bench;

namespace {

/** A device of another kind in host memory, whose clock says that everything takes a millisecond.
 */
class FakeDevice final : public Device {
 public:
  explicit FakeDevice(int32_t ordinal) : Device(ordinal, "fake") {}

  Buffer allocate(size_t bytes) const override { return {std::malloc(bytes + 1), &std::free}; }
  void copy(void* to, const void* from, size_t bytes) const override {
    std::memcpy(to, from, bytes);
  }
  void flush_cache() override { ++flushes; }
  double seconds(const std::function<void()>& work) override {
    work();
    return 1e-3;
  }

  int flushes = 0;

 protected:
  void queue_copy(void*, const void*, size_t) override {}
};

/** What the calls of the op below saw and shall answer. */
struct Calls {
  int total = 0, on_dirty_operands = 0;
  bool differs_from_twin = false;
  esp_status answer = ESP_OK;
  std::string isa;
  int threads = 0;
  int32_t device = 0;
  std::string twin_isa; /**< of the second call */
  int twin_threads = 0;
  int32_t twin_device = 0;
};
Calls calls;

/** Adds one in place, to 41: what it finds otherwise was left there by an earlier call. */
Problem prepare(const Point&) {
  Tensor x(ESP_F32, 1, 1);
  x.set(0, 41);
  Problem problem;
  problem.writes = {x};
  problem.call = [](Operands& on) {
    ++calls.total;
    if (calls.total == 2) {
      calls.twin_isa = esp_cpu_isa();
      calls.twin_threads = esp_num_threads();
      calls.twin_device = on.writes[0].device;
    } else {
      calls.isa = esp_cpu_isa();
      calls.threads = esp_num_threads();
      calls.device = on.writes[0].device;
    }
    float& value = *static_cast<float*>(on.writes[0].data);
    calls.on_dirty_operands += value != 41;
    value += calls.differs_from_twin && calls.total == 1 ? 2 : 1;
    on.numbers = {value};
    // The sentence must be the library's own.
    return calls.answer == ESP_OK ? ESP_OK : (esp_set_num_threads(-1), calls.answer);
  };
  problem.compare = [](const Results& got, const Results& twin) {
    return both(same_bits(got.writes[0], twin.writes[0]),
                equal("number", got.numbers[0], twin.numbers[0]));
  };
  problem.work.bytes = 8;
  return problem;
}

const Op op = {"op", "", {ESP_F32}, Shape::rows_by_cols, Pruning::none, prepare};

Result run(FakeDevice& device, Limits limits = {0.005, 0.1}) {
  const int threads = 2;
  esp_set_num_threads(threads);
  Harness harness(device, threads, limits);
  Result result = harness.run({&op, {1, 1, ESP_F32, {}, device.ordinal()}});
  esp_set_num_threads(0);
  return result;
}

class Measure : public testing::Test {
 protected:
  void SetUp() override { calls = {}; }
};

}  // namespace

TEST_F(Measure, TimesWithTheDevicesClock) {
  FakeDevice device(-1);
  const Result result = run(device);
  EXPECT_EQ(Outcome::measured, result.outcome) << result.remark;
  EXPECT_EQ("same bits, number equal", result.remark);
  EXPECT_DOUBLE_EQ(1e-3, result.cold.median());
  EXPECT_DOUBLE_EQ(8e3, result.bytes_per_second());
  // As many calls in a batch as fit into a twentieth of the time limit.
  EXPECT_DOUBLE_EQ(1e-3 / 5, result.batch.median());
}

TEST_F(Measure, EveryCallFindsFreshOperands) {
  FakeDevice device(-1);
  run(device);
  EXPECT_EQ(0, calls.on_dirty_operands);
}

TEST_F(Measure, EveryColdRunFollowsAFlush) {
  FakeDevice device(-1);
  const Result result = run(device);
  EXPECT_EQ(static_cast<size_t>(device.flushes), result.cold.size() + 1);  // and the warm-up
}

TEST_F(Measure, SteadySeriesEndsByNoiseAndOneWithoutTimeAtOnce) {
  FakeDevice device(-1);
  EXPECT_EQ(5U, run(device, {0.005, 60}).cold.size());
  EXPECT_EQ(5U, run(device, {-1, 0}).cold.size());
}

TEST_F(Measure, SeriesThatNeverCalmsEndsByTime) {
  FakeDevice device(-1);
  EXPECT_GT(run(device, {-1, 0.02}).cold.size(), 5U);
}

TEST_F(Measure, CpuIsCheckedAgainstThePortableKernelOnOneThread) {
  FakeDevice device(-1);
  run(device);
  EXPECT_EQ("portable", calls.twin_isa);
  EXPECT_EQ(1, calls.twin_threads);
  EXPECT_EQ(esp_cpu_isa(), calls.isa);
  EXPECT_EQ(2, calls.threads);
}

TEST_F(Measure, OtherDevicesAreCheckedAgainstTheCpu) {
  FakeDevice device(3);
  EXPECT_EQ(Outcome::measured, run(device).outcome);
  EXPECT_EQ(3, calls.device);
  EXPECT_EQ(-1, calls.twin_device);
  EXPECT_EQ(esp_cpu_isa(), calls.twin_isa);
  EXPECT_EQ(2, calls.twin_threads);
}

TEST_F(Measure, WrongResultsAreNotTimed) {
  FakeDevice device(-1);
  calls.differs_from_twin = true;
  const Result result = run(device);
  EXPECT_EQ(Outcome::wrong, result.outcome);
  EXPECT_EQ("1 elements differ, number is 43 instead of 42", result.remark);
  EXPECT_EQ(0U, result.cold.size());
  EXPECT_EQ(2, calls.total);
}

TEST_F(Measure, UnsupportedIsNoFailure) {
  FakeDevice device(0);
  calls.answer = ESP_UNSUPPORTED;
  const Result result = run(device);
  EXPECT_EQ(Outcome::unsupported, result.outcome);
  EXPECT_EQ("set_num_threads: threads is negative", result.remark);
  EXPECT_EQ(1, calls.total);
}

TEST_F(Measure, ErrorsAreReportedInTheLibrarysWords) {
  FakeDevice device(-1);
  calls.answer = ESP_NUMERICAL_ERROR;
  const Result result = run(device);
  EXPECT_EQ(Outcome::failed, result.outcome);
  EXPECT_EQ("set_num_threads: threads is negative", result.remark);
}

TEST(Verdicts, JudgeByTheirBound) {
  EXPECT_TRUE(at_most("error", 1e-6, 1e-6).passed);
  EXPECT_FALSE(at_most("error", 1.1e-6, 1e-6).passed);
  EXPECT_FALSE(at_most("error", std::nan(""), 1).passed);
  Tensor a(ESP_F32, 1, 4), b(ESP_F32, 1, 4);
  a.set(0, 3);
  b.set(0, 3);
  EXPECT_TRUE(same_bits(a, b).passed);
  b.set(1, 4);
  EXPECT_FALSE(same_bits(a, b).passed);
  EXPECT_EQ(0.25, mask_disagreement(a, b));
  EXPECT_DOUBLE_EQ(0.8, relative_norm(a, b));
  EXPECT_EQ(1, largest_relative_error(a, b));
  a.set(1, std::nanf(""));
  EXPECT_TRUE(std::isnan(largest_relative_error(a, b)));
}
