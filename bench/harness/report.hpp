#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "baseline.hpp"
#include "measure.hpp"

namespace espalier::bench {

/** The Markdown table, a line at a time: a full run takes minutes. */
std::string table_header();
std::string table_row(const Result& result, const Baseline& baseline);

/** All results, one a line under a header. */
void print_csv(std::ostream& out, const std::vector<Result>& results, const Baseline& baseline);

/** One document: the library's version and an object a result, with the columns of the CSV. */
void print_json(std::ostream& out, const std::vector<Result>& results, const Baseline& baseline);

}  // namespace espalier::bench
