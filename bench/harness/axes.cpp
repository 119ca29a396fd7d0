#include "axes.hpp"

#include <algorithm>
#include <charconv>

namespace espalier::bench {

namespace {

template <class T>
bool contains(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/** The number that all of the text is; nothing if it is none. */
template <class T>
std::optional<T> number(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end) return {};
  return value;
}

[[noreturn]] void reject(const std::string& option, const std::string& part,
                         const std::string& needed) {
  throw BadOption(option + " has \"" + part + "\" where " + needed + " is needed");
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

/** The ops named, or all. */
std::vector<const Op*> select(const std::vector<std::string>& names, const std::vector<Op>& known) {
  std::vector<const Op*> selected;
  if (names.empty()) {
    for (const Op& op : known) selected.push_back(&op);
  }
  for (const std::string& name : names) {
    const auto op = std::find_if(known.begin(), known.end(),
                                 [&](const Op& candidate) { return candidate.name == name; });
    if (op == known.end()) {
      std::vector<std::string> all;
      for (const Op& candidate : known) all.push_back(candidate.name);
      throw BadOption("there is no op \"" + name + "\"; the ops are " + joined(all));
    }
    selected.push_back(&*op);
  }
  return selected;
}

std::vector<esp_dtype> dtypes_of(const Op& op, const std::vector<esp_dtype>& asked) {
  if (asked.empty()) return op.dtypes;
  std::vector<esp_dtype> dtypes;
  std::copy_if(asked.begin(), asked.end(), std::back_inserter(dtypes),
               [&](esp_dtype dtype) { return contains(op.dtypes, dtype); });
  return dtypes;
}

std::vector<std::optional<Sparsity>> sparsities_of(const Op& op,
                                                   const std::vector<Sparsity>& asked) {
  if (op.pruning == Pruning::none) return {std::nullopt};
  std::vector<std::optional<Sparsity>> sparsities;
  for (const Sparsity& sparsity : asked) {
    if (op.takes(sparsity)) sparsities.emplace_back(sparsity);
  }
  return sparsities;
}

void check_group(const std::optional<Sparsity>& sparsity, int64_t cols) {
  if (sparsity && sparsity->n_of_m() && cols % sparsity->group != 0) {
    throw BadOption("--cols " + std::to_string(cols) +
                    " cannot be divided into the groups of --sparsity " + sparsity->text());
  }
}

/** Adds the points of an op on a device. */
void expand(const Op& op, int32_t device, const Axes& axes, std::vector<Case>& cases) {
  for (const esp_dtype dtype : dtypes_of(op, axes.dtypes)) {
    for (const int64_t cols : axes.cols) {
      for (const int64_t rows :
           op.shape == Shape::square ? std::vector<int64_t>{cols} : axes.rows) {
        for (const auto& sparsity : sparsities_of(op, axes.sparsities)) {
          check_group(sparsity, cols);
          cases.push_back({&op, {rows, cols, dtype, sparsity, device}});
        }
      }
    }
  }
}

[[noreturn]] void complain_of_nothing(const Op& op, const Axes& axes) {
  if (dtypes_of(op, axes.dtypes).empty()) {
    std::vector<std::string> names;
    for (const esp_dtype dtype : op.dtypes) names.push_back(dtype_name(dtype));
    throw BadOption(op.name + " has none of these --dtype; it has " + joined(names));
  }
  throw BadOption(op.name + " takes none of these --sparsity; it takes " +
                  (op.pruning == Pruning::share ? "a share such as 0.7" : "a pattern such as 2:4"));
}

}  // namespace

std::string Case::text() const {
  return op->name + " " + std::to_string(point.rows) + "×" + std::to_string(point.cols) + " " +
         dtype_name(point.dtype) + (point.sparsity ? " " + point.sparsity->text() : "") + " " +
         device_name(point.device);
}

std::vector<Case> cases(const Axes& axes, const std::vector<Op>& known) {
  std::vector<Case> cases;
  for (const int32_t device : axes.devices) {
    for (const Op* op : select(axes.ops, known)) {
      const size_t before = cases.size();
      expand(*op, device, axes, cases);
      if (cases.size() == before && !axes.ops.empty()) complain_of_nothing(*op, axes);
    }
  }
  if (cases.empty()) throw BadOption("no op has these --dtype and --sparsity; --list shows them");
  return cases;
}

std::vector<std::string> parse_list(const std::string& option, const std::string& text) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    if (part.empty()) throw BadOption(option + " has an empty entry in \"" + text + "\"");
    // Twice the same would be measured twice and tell nothing.
    if (!contains(parts, part)) parts.push_back(part);
    begin = end + 1;
  }
  return parts;
}

std::vector<int64_t> parse_sizes(const std::string& option, const std::string& text) {
  constexpr int64_t largest = int64_t{1} << 28;
  std::vector<int64_t> sizes;
  for (const std::string& part : parse_list(option, text)) {
    const std::optional<int64_t> size = number<int64_t>(part);
    if (!size || *size < 1 || *size > largest) {
      reject(option, part, "a whole number from 1 to " + std::to_string(largest));
    }
    sizes.push_back(*size);
  }
  return sizes;
}

std::vector<esp_dtype> parse_dtypes(const std::string& option, const std::string& text) {
  std::vector<esp_dtype> dtypes;
  for (const std::string& part : parse_list(option, text)) {
    const esp_dtype known[] = {ESP_F32, ESP_F16, ESP_BF16, ESP_F64};
    const auto* dtype = std::find_if(std::begin(known), std::end(known),
                                     [&](esp_dtype d) { return dtype_name(d) == part; });
    if (dtype == std::end(known)) reject(option, part, "f32, f16, bf16 or f64");
    dtypes.push_back(*dtype);
  }
  return dtypes;
}

std::vector<Sparsity> parse_sparsities(const std::string& option, const std::string& text) {
  std::vector<Sparsity> sparsities;
  for (const std::string& part : parse_list(option, text)) {
    const size_t colon = part.find(':');
    if (colon == std::string::npos) {
      const std::optional<double> share = number<double>(part);
      if (!share || !(*share >= 0 && *share < 1)) {
        reject(option, part, "a number in [0, 1) or a pattern N:M");
      }
      sparsities.push_back({*share, 0, 0});
    } else {
      const std::optional<int64_t> keep = number<int64_t>(part.substr(0, colon));
      const std::optional<int64_t> group = number<int64_t>(part.substr(colon + 1));
      if (!keep || !group || *keep < 1 || *keep >= *group || *group > 64) {
        reject(option, part, "a pattern N:M with 0 < N < M <= 64");
      }
      sparsities.push_back({0, *keep, *group});
    }
  }
  return sparsities;
}

std::vector<int32_t> parse_devices(const std::string& option, const std::string& text) {
  const std::string prefix = "cuda:";
  std::vector<int32_t> devices;
  for (const std::string& part : parse_list(option, text)) {
    std::optional<int32_t> device;
    if (part == "cpu") device = -1;
    if (part == "cuda") device = 0;
    if (part.rfind(prefix, 0) == 0) device = number<int32_t>(part.substr(prefix.size()));
    if (!device || (*device < 0 && part != "cpu")) reject(option, part, "cpu, cuda or cuda:N");
    if (!contains(devices, *device)) devices.push_back(*device);
  }
  return devices;
}

}  // namespace espalier::bench
