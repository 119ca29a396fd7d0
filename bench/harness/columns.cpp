#include "columns.hpp"

#include <cmath>
#include <cstdio>

namespace espalier::bench {

namespace {

std::string formatted(const char* format, double x) {
  char text[64];
  std::snprintf(text, sizeof text, format, x);
  return text;
}

/** A number that may be missing: `shown` times it for people, all digits for programs. */
Cell quantity(double x, const char* format, double shown = 1) {
  if (!std::isfinite(x)) return {"–", ""};
  return {formatted(format, shown * x), formatted("%.9g", x)};
}

Cell duration(double seconds) {
  if (seconds < 1e-3) return quantity(seconds, "%.2f µs", 1e6);
  if (seconds < 1) return quantity(seconds, "%.2f ms", 1e3);
  return quantity(seconds, "%.2f s");
}

Cell plain(const std::string& text) { return {text.empty() ? "–" : text, text}; }

/** A rate is none where nothing is counted. */
double counted(double rate) { return rate > 0 ? rate : std::nan(""); }

std::string outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::measured:
      return "pass";
    case Outcome::unsupported:
      return "unsupported";
    case Outcome::wrong:
      return "wrong";
    case Outcome::failed:
      return "failed";
  }
  return "";
}

Cell outcome(const Result& result) {
  const bool bad = result.outcome == Outcome::wrong || result.outcome == Outcome::failed;
  const std::string name = outcome_name(result.outcome);
  return {(bad ? "**" + name + "**" : name) + ": " + result.remark, name};
}

Column identity(size_t index, const char* heading, int width, bool numeric) {
  return {heading, case_keys[index], width, numeric, [index](const Result& r, const Baseline&) {
            return plain(case_values(r.measured)[index]);
          }};
}

/** For programs alone. */
Column machine(const std::string& key, bool numeric,
               std::function<std::string(const Result&)> value) {
  return {"", key, 0, numeric, [value](const Result& r, const Baseline&) {
            return Cell{"", value(r)};
          }};
}

}  // namespace

std::vector<std::string> case_values(const Case& measured) {
  const Point& point = measured.point;
  return {measured.op->name,
          std::to_string(point.rows),
          std::to_string(point.cols),
          dtype_name(point.dtype),
          point.sparsity ? point.sparsity->text() : "",
          device_name(point.device)};
}

const std::vector<Column>& columns() {
  using R = const Result;
  using B = const Baseline;
  static const std::vector<Column> all = {
      identity(0, "op", 21, false),
      identity(1, "rows", -6, true),
      identity(2, "cols", -6, true),
      identity(3, "dtype", 5, false),
      identity(4, "sparsity", 8, false),
      identity(5, "device", 6, false),
      machine(hardware_key, false, [](R& r) { return r.hardware; }),
      {"time", time_key, -9, true, [](R& r, B&) { return duration(r.cold.median()); }},
      {"noise", "noise", -7, true,
       [](R& r, B&) { return quantity(r.cold.noise(), "%.1f %%", 100); }},
      machine("runs", true, [](R& r) { return std::to_string(r.cold.size()); }),
      {"batched", "batched_s", -9, true, [](R& r, B&) { return duration(r.batch.median()); }},
      machine("batched_noise", true, [](R& r) { return quantity(r.batch.noise(), "%.1f").value; }),
      {"GB/s", "bytes_per_s", -7, true,
       [](R& r, B&) { return quantity(counted(r.bytes_per_second()), "%.1f", 1e-9); }},
      {"copy", "copy_share", -6, true,
       [](R& r, B&) {
         return quantity(counted(r.bytes_per_second() / r.copy_bandwidth), "%.0f %%", 100);
       }},
      {"GFLOP/s", "flops_per_s", -8, true,
       [](R& r, B&) { return quantity(counted(r.flops_per_second()), "%.1f", 1e-9); }},
      {"ratio", "ratio", -6, true,
       [](R& r, B& b) { return quantity(b.ratio(r).value_or(std::nan("")), "%.3f"); }},
      {"check", "check", 0, false, [](R& r, B&) { return outcome(r); }},
      machine("remark", false, [](R& r) { return r.remark; }),
  };
  return all;
}

}  // namespace espalier::bench
