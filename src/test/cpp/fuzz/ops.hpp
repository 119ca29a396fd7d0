#pragma once

#include <vector>

#include "call.hpp"

namespace espalier::fuzz {

/** An op of the C interface, and how to call it in a random way. */
struct Op {
  const char* name;
  Outcome (*call)(Call& call);
};

/** All of them. */
extern const std::vector<Op> ops;

}  // namespace espalier::fuzz
