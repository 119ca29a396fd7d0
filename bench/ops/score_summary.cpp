#include <algorithm>

#include "inputs.hpp"
#include "op.hpp"

namespace espalier::bench {

namespace {

/** What the library promises exactly must be equal; the moments are sums in some order. */
Verdict compare(const Results& got, const Results& twin) {
  const char* const exact[] = {"count", "outliers", "median", "max"};
  const std::vector<double>&a = got.numbers, &b = twin.numbers;
  for (size_t k = 0; k < 4; ++k) {
    if (a[k] != b[k]) return equal(exact[k], a[k], b[k]);
  }
  const double moments = std::max(relative_error(a[4], b[4]), relative_error(a[5], b[5]));
  return at_most("median and counts equal, mean", moments, 1e-6);
}

Problem prepare(const Point& point) {
  const Tensor w = weights(point.rows, point.cols, point.dtype);
  const Tensor s = norms(point.cols);
  Problem problem;
  problem.reads = {w, s};
  problem.workspace_bytes = [](const Operands& on) {
    return esp_score_summary_workspace_bytes(&on.reads[0], 1);
  };
  problem.call = [](Operands& on) {
    esp_score_summary_result found{};
    found.struct_size = sizeof found;
    const esp_status status = esp_score_summary(&on.reads[0], &on.reads[1], 1, 5, &found,
                                                on.workspace, on.workspace_bytes, on.stream);
    on.numbers = {static_cast<double>(found.count),
                  static_cast<double>(found.outliers),
                  found.median,
                  found.max,
                  found.mean,
                  found.standard_deviation};
    return status;
  };
  problem.compare = compare;
  problem.work.bytes = bytes_of(w) + bytes_of(s);
  return problem;
}

const Registration registration({"score_summary", "statistics of the scores |w| s: OWL's and DLP's",
                                 storage_dtypes, Shape::rows_by_cols, Pruning::none, prepare});

}  // namespace

}  // namespace espalier::bench
