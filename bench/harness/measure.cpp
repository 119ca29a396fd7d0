#include "measure.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>

#include "placement.hpp"

namespace espalier::bench {

namespace {

/** An op's answer other than ESP_OK. */
struct Refusal {
  esp_status status;
  std::string sentence;
};

void require(esp_status status) {
  if (status != ESP_OK) throw Refusal{status, esp_last_error()};
}

/** The slowest and plainest the library has: what a CPU kernel is compared with. */
class PlainCpu {
 public:
  explicit PlainCpu(int threads) : isa_(esp_cpu_isa()), threads_(threads) {
    esp_set_cpu_isa("portable");
    esp_set_num_threads(1);
  }
  ~PlainCpu() {
    esp_set_cpu_isa(isa_);
    esp_set_num_threads(threads_);
  }
  PlainCpu(const PlainCpu&) = delete;
  PlainCpu& operator=(const PlainCpu&) = delete;

 private:
  const char* isa_;
  int threads_;
};

/** Adds `next()` to the series until it is long enough. */
template <class Next>
void extend(Series& series, const Limits& limits, const Next& next) {
  constexpr size_t fewest = 5;
  const auto start = std::chrono::steady_clock::now();
  // Noise is looked at ever more rarely: it costs a sort.
  size_t look = fewest;
  while (true) {
    series.add(next());
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    if (series.size() < fewest) continue;
    if (elapsed.count() >= limits.seconds) return;
    if (series.size() < look) continue;
    if (series.noise() <= limits.noise) return;
    look += look / 4;
  }
}

/**
 * How many calls a batch has: as many copies of what they change as a gigabyte holds, and not so
 * many that a series would be but a few batches.
 */
int batch_size(const Problem& problem, double call_seconds, double series_seconds) {
  constexpr double budget = 1 << 30;
  double bytes = 1;
  for (const Tensor& write : problem.writes) bytes += bytes_of(write);
  return static_cast<int>(
      std::clamp(std::min(budget / bytes, series_seconds / 20 / call_seconds), 2.0, 32.0));
}

}  // namespace

Harness::Harness(Device& device, int threads, Limits limits)
    : device_(device),
      threads_(threads),
      limits_(limits),
      copy_bandwidth_(device.copy_bandwidth()) {}

Result Harness::run(const Case& measured) {
  Result result;
  result.measured = measured;
  result.hardware = device_.hardware();
  result.copy_bandwidth = copy_bandwidth_;
  try {
    const Problem problem = measured.op->prepare(measured.point);
    result.work = problem.work;
    measure(problem, result);
  } catch (const Refusal& refusal) {
    result.outcome = refusal.status == ESP_UNSUPPORTED ? Outcome::unsupported : Outcome::failed;
    result.remark = refusal.sentence;
  } catch (const std::bad_alloc&) {
    result.remark = "out of memory";
  } catch (const std::exception& e) {
    result.remark = e.what();
  }
  return result;
}

void Harness::measure(const Problem& problem, Result& result) {
  std::optional<Results> got;
  {
    Placement placement(problem, device_, 1);
    require(placement.call(0));
    got = placement.results();
  }
  const Verdict verdict = problem.compare(*got, twin(problem));
  got.reset();
  result.remark = verdict.text;
  if (!verdict.passed) {
    result.outcome = Outcome::wrong;
    return;
  }
  time_cold(problem, result.cold);
  const int calls = batch_size(problem, result.cold.median(), limits_.seconds);
  time_batches(problem, calls, result.batch);
  result.outcome = Outcome::measured;
}

/** The results of the CPU kernel; on the CPU itself, of the portable one with one thread. */
Results Harness::twin(const Problem& problem) {
  std::optional<PlainCpu> plain;
  if (device_.ordinal() < 0) plain.emplace(threads_);
  const std::unique_ptr<Device> cpu = open_cpu();
  Placement placement(problem, *cpu, 1);
  require(placement.call(0));
  return placement.results();
}

void Harness::time_cold(const Problem& problem, Series& series) {
  Placement placement(problem, device_, 1);
  const auto run = [&] {
    placement.restore();
    device_.flush_cache();
    return device_.seconds([&] { require(placement.call(0)); });
  };
  run();  // warms up
  extend(series, limits_, run);
}

void Harness::time_batches(const Problem& problem, int calls, Series& series) {
  Placement placement(problem, device_, calls);
  const auto run = [&] {
    placement.restore();
    const double time = device_.seconds([&] {
      for (int copy = 0; copy < calls; ++copy) require(placement.call(copy));
    });
    return time / calls;
  };
  run();  // warms up
  extend(series, limits_, run);
}

}  // namespace espalier::bench
