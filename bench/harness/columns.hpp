#pragma once

#include <functional>
#include <string>
#include <vector>

#include "baseline.hpp"
#include "measure.hpp"

namespace espalier::bench {

/** One quantity of a result in two forms. */
struct Cell {
  std::string text;  /**< for people */
  std::string value; /**< for programs: SI units without prefixes, "" where there is none */
};

/** A column of the table; README.md says how to read each. */
struct Column {
  std::string heading;
  std::string key; /**< in CSV and JSON */
  int width;       /**< least, in the table; negative to align right */
  bool numeric;    /**< whether the value is a number in JSON */
  std::function<Cell(const Result&, const Baseline&)> cell;
};

const std::vector<Column>& columns();

/** Keys of the columns that say which case it is, and of the two others that a baseline needs. */
inline const std::vector<std::string> case_keys = {"op",    "rows",     "cols",
                                                   "dtype", "sparsity", "device"};
inline const std::string hardware_key = "hardware";
inline const std::string time_key = "time_s";

/** The values of the columns that say which case it is, in the order of case_keys. */
std::vector<std::string> case_values(const Case& measured);

}  // namespace espalier::bench
