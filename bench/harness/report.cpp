#include "report.hpp"

#include <cstdio>
#include <cstdlib>
#include <ostream>

#include "columns.hpp"
#include "csv.hpp"

namespace espalier::bench {

namespace {

/** Pads UTF-8 text with spaces: to the right of it, or to its left if the width is negative. */
std::string padded(const std::string& text, int width) {
  int length = 0;
  for (const char c : text) length += (c & 0xC0) != 0x80;
  const std::string spaces(static_cast<size_t>(std::max(0, std::abs(width) - length)), ' ');
  return width < 0 ? spaces + text : text + spaces;
}

std::string json_string(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      quoted += escape;
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string json_value(const Column& column, const std::string& value) {
  if (!column.numeric) return json_string(value);
  return value.empty() ? "null" : value;
}

}  // namespace

std::string table_header() {
  std::string headings = "|", rule = "|";
  for (const Column& column : columns()) {
    if (column.heading.empty()) continue;
    headings += " " + padded(column.heading, column.width) + " |";
    rule += column.width < 0 ? "--:|" : "---|";
  }
  return headings + "\n" + rule;
}

std::string table_row(const Result& result, const Baseline& baseline) {
  std::string row = "|";
  for (const Column& column : columns()) {
    if (column.heading.empty()) continue;
    row += " " + padded(column.cell(result, baseline).text, column.width) + " |";
  }
  return row;
}

void print_csv(std::ostream& out, const std::vector<Result>& results, const Baseline& baseline) {
  CsvRow header;
  for (const Column& column : columns()) header.push_back(column.key);
  out << csv_line(header) << '\n';
  for (const Result& result : results) {
    CsvRow row;
    for (const Column& column : columns()) row.push_back(column.cell(result, baseline).value);
    out << csv_line(row) << '\n';
  }
}

void print_json(std::ostream& out, const std::vector<Result>& results, const Baseline& baseline) {
  out << "{\"espalier\": " << json_string(esp_version()) << ", \"results\": [";
  for (size_t i = 0; i < results.size(); ++i) {
    out << (i > 0 ? ",\n  {" : "\n  {");
    for (size_t c = 0; c < columns().size(); ++c) {
      const Column& column = columns()[c];
      out << (c > 0 ? ", " : "") << json_string(column.key) << ": "
          << json_value(column, column.cell(results[i], baseline).value);
    }
    out << "}";
  }
  out << "\n]}\n";
}

}  // namespace espalier::bench
