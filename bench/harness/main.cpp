#include <cstdio>
#include <iostream>
#include <memory>

#include "options.hpp"
#include "report.hpp"

using namespace espalier::bench;

namespace {

constexpr int passed = 0, failed = 1, bad_option = 2;

std::string axes_of(const Op& op) {
  std::string text = op.shape == Shape::square ? "--cols" : "--rows, --cols";
  switch (op.pruning) {
    case Pruning::none:
      break;
    case Pruning::share:
      return text + ", --sparsity (a share)";
    case Pruning::n_of_m:
      return text + ", --sparsity (N:M)";
    case Pruning::either:
      return text + ", --sparsity";
  }
  return text;
}

void list(std::ostream& out) {
  for (const Op& op : all_ops()) {
    std::string dtypes;
    for (const esp_dtype dtype : op.dtypes)
      dtypes += std::string(" ") + espalier::dtype_name(dtype);
    out << op.name << "\n    " << op.summary << "\n    " << axes_of(op) << "; --dtype" << dtypes
        << "\n";
  }
  out << "devices\n";
  for (int32_t device = -1; device < esp_cuda_device_count(); ++device) {
    out << "    " << device_name(device) << ": " << open_device(device)->hardware() << "\n";
  }
}

/** Opens every device once, so that a missing one is found before minutes have passed. */
void check_devices(const std::vector<int32_t>& devices) {
  for (const int32_t device : devices) {
    try {
      open_device(device);
    } catch (const std::exception& e) {
      throw BadOption("--device " + device_name(device) + " cannot be used: " + e.what());
    }
  }
}

/** What stands above the table of a device. */
std::string heading(const Device& device, const Harness& harness) {
  char bandwidth[32];
  std::snprintf(bandwidth, sizeof bandwidth, "%.1f", harness.copy_bandwidth() / 1e9);
  return device_name(device.ordinal()) + ": " + device.hardware() + "; copies at " + bandwidth +
         " GB/s; checked against the " +
         (device.ordinal() < 0 ? "portable CPU kernels on one thread" : "CPU kernels");
}

/** All cases' results; the table's rows are printed as they come. */
std::vector<Result> measure(const Options& options, const std::vector<Case>& all,
                            const Baseline& baseline, std::ostream& table) {
  std::vector<Result> results;
  std::unique_ptr<Device> device;
  std::unique_ptr<Harness> harness;
  for (const Case& next : all) {
    if (!device || device->ordinal() != next.point.device) {
      harness.reset();
      device.reset();
      device = open_device(next.point.device);
      harness = std::make_unique<Harness>(*device, options.threads, options.limits);
      table << "\n" << heading(*device, *harness) << "\n\n" << table_header() << std::endl;
    }
    results.push_back(harness->run(next));
    table << table_row(results.back(), baseline) << std::endl;
  }
  return results;
}

/** Says which results are worse than the baseline's, and whether any is. */
bool report_regressions(const Options& options, const std::vector<Result>& results,
                        const Baseline& baseline) {
  bool any = false;
  for (const Result& result : results) {
    const std::string then = baseline.hardware(result.measured);
    if (!then.empty() && then != result.hardware) {
      std::cerr << "note: " << result.measured.text() << " was measured on " << then << "\n";
    }
    if (!options.max_regression || !baseline.regressed(result, *options.max_regression)) continue;
    any = true;
    std::cerr << "regression: " << result.measured.text();
    const std::optional<double> ratio = baseline.ratio(result);
    if (ratio) {
      std::cerr << " takes " << *ratio << " times as long as in " << options.baseline << "\n";
    } else {
      std::cerr << " has a time in " << options.baseline << ", but none now\n";
    }
  }
  return any;
}

Baseline read_baseline(const Options& options, const std::vector<Case>& all) {
  if (options.baseline.empty()) return {};
  Baseline baseline = Baseline::read(options.baseline);
  for (const Case& one : all) {
    if (baseline.knows(one)) return baseline;
  }
  throw BadOption("--baseline " + options.baseline + " has no time for any of these cases");
}

int run(const Options& options) {
  if (options.help) {
    std::cout << help_text;
    return passed;
  }
  if (options.list) {
    list(std::cout);
    return passed;
  }
  const std::vector<Case> all = cases(options.axes, all_ops());
  const Baseline baseline = read_baseline(options, all);
  check_devices(options.axes.devices);
  esp_set_num_threads(options.threads);

  std::ostream& table = options.format == Format::markdown ? std::cout : std::cerr;
  table << "Espalier " << esp_version() << "\n";
  const std::vector<Result> results = measure(options, all, baseline, table);
  if (options.format == Format::csv) print_csv(std::cout, results, baseline);
  if (options.format == Format::json) print_json(std::cout, results, baseline);

  bool bad = report_regressions(options, results, baseline);
  for (const Result& result : results) {
    bad |= result.outcome == Outcome::wrong || result.outcome == Outcome::failed;
  }
  return bad ? failed : passed;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int code = run(parse_options({argv + 1, argv + argc}));
    if (!std::cout.flush()) {
      std::cerr << "espalier_bench: standard output could not be written\n";
      return failed;
    }
    return code;
  } catch (const BadOption& e) {
    std::cerr << "espalier_bench: " << e.what() << "\n";
    return bad_option;
  } catch (const std::exception& e) {
    std::cerr << "espalier_bench: " << e.what() << "\n";
    return failed;
  }
}
