#pragma once

#include <istream>
#include <string>
#include <vector>

namespace espalier::bench {

using CsvRow = std::vector<std::string>;

/** One line without its end; fields are quoted where they must be (RFC 4180). */
std::string csv_line(const CsvRow& fields);

/** All rows, empty lines left out; a quoted field may span lines. */
std::vector<CsvRow> read_csv(std::istream& in);

}  // namespace espalier::bench
