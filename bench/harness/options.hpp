#pragma once

#include <optional>
#include <string>
#include <vector>

#include "axes.hpp"
#include "series.hpp"

namespace espalier::bench {

enum class Format { markdown, csv, json };

/** What a command line asks for. */
struct Options {
  Axes axes;
  int threads = 0; /**< 0 for all */
  Limits limits;
  Format format = Format::markdown;
  std::string baseline;                 /**< a file, or empty */
  std::optional<double> max_regression; /**< 0.05 for 5 % */
  bool help = false;
  bool list = false;
};

/** Throws BadOption. */
Options parse_options(const std::vector<std::string>& args);

extern const char* const help_text;

}  // namespace espalier::bench
