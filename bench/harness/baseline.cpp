#include "baseline.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "columns.hpp"
#include "csv.hpp"

namespace espalier::bench {

namespace {

std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += value + '\n';
  return text;
}

constexpr size_t missing = static_cast<size_t>(-1);

size_t find(const CsvRow& header, const std::string& key) {
  const auto found = std::find(header.begin(), header.end(), key);
  return found == header.end() ? missing : static_cast<size_t>(found - header.begin());
}

/** Where a column stands that must be there. */
size_t position(const CsvRow& header, const std::string& key, const std::string& file) {
  const size_t found = find(header, key);
  if (found == missing) {
    throw BadOption("--baseline " + file + " has no column \"" + key +
                    "\"; the CSV of an earlier run is needed");
  }
  return found;
}

std::string field(const CsvRow& row, size_t position) {
  return position < row.size() ? row[position] : "";
}

}  // namespace

std::string Baseline::key(const Case& measured) { return joined(case_values(measured)); }

Baseline Baseline::read(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw BadOption("--baseline " + file + " cannot be read");
  const std::vector<CsvRow> rows = read_csv(in);
  const CsvRow header = rows.empty() ? CsvRow{} : rows[0];
  const size_t time = position(header, time_key, file);
  const size_t hardware = find(header, hardware_key);
  std::vector<size_t> identity;
  for (const std::string& key : case_keys) identity.push_back(position(header, key, file));

  Baseline baseline;
  for (size_t line = 1; line < rows.size(); ++line) {
    const std::string text = field(rows[line], time);
    if (text.empty()) continue;  // nothing was measured
    char* end = nullptr;
    const double seconds = std::strtod(text.c_str(), &end);
    if (*end != '\0' || !(seconds > 0)) {
      throw BadOption("--baseline " + file + " has the time \"" + text + "\"");
    }
    std::vector<std::string> values;
    for (const size_t column : identity) values.push_back(field(rows[line], column));
    baseline.entries_[joined(values)] = {seconds, field(rows[line], hardware)};
  }
  return baseline;
}

std::optional<double> Baseline::ratio(const Result& result) const {
  const auto entry = entries_.find(key(result.measured));
  if (entry == entries_.end() || result.outcome != Outcome::measured) return {};
  return result.cold.median() / entry->second.seconds;
}

bool Baseline::regressed(const Result& result, double allowed) const {
  if (!knows(result.measured)) return false;
  const std::optional<double> now = ratio(result);
  return !now || *now > 1 + allowed;
}

std::string Baseline::hardware(const Case& measured) const {
  const auto entry = entries_.find(key(measured));
  return entry == entries_.end() ? "" : entry->second.hardware;
}

}  // namespace espalier::bench
