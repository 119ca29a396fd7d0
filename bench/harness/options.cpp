#include "options.hpp"

#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>

namespace espalier::bench {

const char* const help_text =
    R"(Usage: espalier_bench [options]      or: espalier bench [options]
Checks every kernel of the library against its CPU twin, then times it.

What is measured: every combination of these, each a comma list
  --op NAME           operations (all)
  --rows N            rows of the weights, tokens of activations (4096)
  --cols N            columns (4096)
  --dtype TYPE        f32, f16, bf16, f64 (all that an op has)
  --sparsity P        share pruned, or N:M keeping N of every M (0.7,2:4)
  --device DEVICE     cpu, cuda, cuda:N (cpu, and cuda where there is a device)
How:
  --threads N         CPU threads (all)
  --max-noise P       a series of runs ends when its median is known this well (0.5%)
  --max-time SECONDS  or after this long (3)
What is printed:
  --format FORMAT     markdown, csv or json on standard output (markdown); with
                      csv and json the table goes to standard error
  --baseline FILE     compare with the CSV of an earlier run
  --max-regression P  fail if a time is more than this above the baseline's, e.g. 5%
  --list              the operations, their axes and the devices
  --help              this

Returns 1 if a result is wrong, an operation fails or --max-regression is exceeded,
2 for a wrong option. An operation that a device does not have is shown as such.
`espalier bench published` compares with the published operations instead.
)";

namespace {

/** What a number with an optional unit behind it is; nothing if it is negative or no number. */
std::optional<double> non_negative(const std::string& text, const std::string& unit) {
  if (text.size() <= unit.size() || text.substr(text.size() - unit.size()) != unit) return {};
  const std::string digits = text.substr(0, text.size() - unit.size());
  if (digits.find_first_not_of("0123456789.") != std::string::npos) return {};
  char* end = nullptr;
  const double value = std::strtod(digits.c_str(), &end);
  if (*end != '\0' || digits == ".") return {};
  return value;
}

double percentage(const std::string& option, const std::string& text) {
  const std::optional<double> value = non_negative(text, "%");
  if (!value) throw BadOption(option + " is \"" + text + "\"; a percentage such as 5% is needed");
  return *value / 100;
}

double seconds(const std::string& option, const std::string& text) {
  const std::optional<double> value = non_negative(text, "");
  if (!value) throw BadOption(option + " is \"" + text + "\"; a number of seconds is needed");
  return *value;
}

int threads(const std::string& option, const std::string& text) {
  const std::optional<double> value = non_negative(text, "");
  if (!value || *value != std::floor(*value) || *value < 1 || *value > 4096) {
    throw BadOption(option + " is \"" + text + "\"; a whole number from 1 to 4096 is needed");
  }
  return static_cast<int>(*value);
}

Format format(const std::string& option, const std::string& text) {
  if (text == "markdown") return Format::markdown;
  if (text == "csv") return Format::csv;
  if (text == "json") return Format::json;
  throw BadOption(option + " is \"" + text + "\"; it is markdown, csv or json");
}

std::string file(const std::string& option, const std::string& text) {
  if (text.empty()) throw BadOption(option + " needs a file");
  return text;
}

using Setter = std::function<void(Options&, const std::string& option, const std::string& value)>;

const std::map<std::string, Setter>& setters() {
  using O = Options;
  using S = const std::string;
  static const std::map<std::string, Setter> known = {
      {"--op", [](O& o, S& name, S& text) { o.axes.ops = parse_list(name, text); }},
      {"--rows", [](O& o, S& name, S& text) { o.axes.rows = parse_sizes(name, text); }},
      {"--cols", [](O& o, S& name, S& text) { o.axes.cols = parse_sizes(name, text); }},
      {"--dtype", [](O& o, S& name, S& text) { o.axes.dtypes = parse_dtypes(name, text); }},
      {"--sparsity",
       [](O& o, S& name, S& text) { o.axes.sparsities = parse_sparsities(name, text); }},
      {"--device", [](O& o, S& name, S& text) { o.axes.devices = parse_devices(name, text); }},
      {"--threads", [](O& o, S& name, S& text) { o.threads = threads(name, text); }},
      {"--max-noise", [](O& o, S& name, S& text) { o.limits.noise = percentage(name, text); }},
      {"--max-time", [](O& o, S& name, S& text) { o.limits.seconds = seconds(name, text); }},
      {"--format", [](O& o, S& name, S& text) { o.format = format(name, text); }},
      {"--baseline", [](O& o, S& name, S& text) { o.baseline = file(name, text); }},
      {"--max-regression",
       [](O& o, S& name, S& text) { o.max_regression = percentage(name, text); }},
  };
  return known;
}

}  // namespace

Options parse_options(const std::vector<std::string>& args) {
  Options options;
  if (esp_cuda_device_count() > 0) options.axes.devices.push_back(0);
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--help" || args[i] == "-h") {
      options.help = true;
      return options;
    }
    if (args[i] == "--list") {
      options.list = true;
      continue;
    }
    const size_t equals = args[i].find('=');
    const std::string name = args[i].substr(0, equals);
    const auto setter = setters().find(name);
    if (setter == setters().end()) {
      throw BadOption("\"" + name + "\" is no option; --help shows them");
    }
    if (equals == std::string::npos && i + 1 == args.size()) {
      throw BadOption(name + " needs a value");
    }
    setter->second(options, name,
                   equals == std::string::npos ? args[++i] : args[i].substr(equals + 1));
  }
  if (options.max_regression && options.baseline.empty()) {
    throw BadOption("--max-regression needs a --baseline");
  }
  return options;
}

}  // namespace espalier::bench
