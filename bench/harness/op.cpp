#include "op.hpp"

#include <algorithm>

namespace espalier::bench {

namespace {

std::vector<Op>& registry() {
  static std::vector<Op> ops;
  return ops;
}

}  // namespace

const std::vector<Op>& all_ops() { return registry(); }

Registration::Registration(Op op) {
  std::vector<Op>& ops = registry();
  const auto by_name = [](const Op& a, const Op& b) { return a.name < b.name; };
  ops.insert(std::upper_bound(ops.begin(), ops.end(), op, by_name), std::move(op));
}

}  // namespace espalier::bench
