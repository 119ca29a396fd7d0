/**
 * Calls every op of the C interface with random arguments, some of which break its contract, and
 * checks what the header promises: a fitting status and a sentence, nothing written by a call that
 * refuses, and no byte touched outside of the operands. To be built with sanitizers.
 *
 *     espalier_fuzz DEVICE CALLS SEED [FIRST]
 *
 * A failure names the call; with CALLS 1 and FIRST that call is made alone.
 */
#include <cuda_runtime.h>
#include <sanitizer/common_interface_defs.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "ops.hpp"

namespace espalier::fuzz {

namespace {

int32_t device = -1;
uint64_t seed = 0;
int64_t current = 0;

void report_call() {
  std::fprintf(stderr, "to repeat it: espalier_fuzz %d 1 %llu %lld\n", device,
               static_cast<unsigned long long>(seed), static_cast<long long>(current));
}

struct Count {
  int64_t done, refused, skipped;
};

void make_call(int64_t number, std::vector<Count>& counts) {
  Random random(seed * 0x9E3779B97F4A7C15U + static_cast<uint64_t>(number));
  const int64_t which = random.below(static_cast<int64_t>(ops.size()));
  const Op& op = ops[static_cast<size_t>(which)];
  esp_set_num_threads(random.pick<int32_t>({1, 2, 5}));
  if (esp_set_cpu_isa(random.pick({"portable", "avx2", "avx512"})) != ESP_OK) {
    esp_set_cpu_isa(nullptr);
  }
  sim::seed(static_cast<unsigned>(number));

  Call call(op.name, device, random);
  Count& count = counts[static_cast<size_t>(which)];
  switch (op.call(call)) {
    case Outcome::done:
      ++count.done;
      break;
    case Outcome::refused:
      ++count.refused;
      break;
    case Outcome::skipped:
      ++count.skipped;
  }
}

/** Prints what was done, and whether that was enough of everything. */
bool report(const std::vector<Count>& counts, int64_t calls) {
  bool enough = true;
  std::printf("%-24s %9s %9s %9s\n", "op", "done", "refused", "skipped");
  for (size_t i = 0; i < ops.size(); ++i) {
    const Count& c = counts[i];
    std::printf("%-24s %9lld %9lld %9lld\n", ops[i].name, static_cast<long long>(c.done),
                static_cast<long long>(c.refused), static_cast<long long>(c.skipped));
    const int64_t all = c.done + c.refused + c.skipped;
    if (calls >= 1000) enough = enough && c.done > all / 3 && c.refused > all / 6;
  }
  return enough;
}

}  // namespace

}  // namespace espalier::fuzz

int main(int arguments, char** argument) {
  using namespace espalier::fuzz;
  if (arguments < 4) {
    std::fprintf(stderr, "usage: espalier_fuzz DEVICE CALLS SEED [FIRST]\n");
    return 2;
  }
  device = std::atoi(argument[1]);
  const int64_t calls = std::atoll(argument[2]);
  seed = std::strtoull(argument[3], nullptr, 10);
  const int64_t first = arguments > 4 ? std::atoll(argument[4]) : 0;

  __sanitizer_set_death_callback(report_call);
  std::vector<Count> counts(ops.size());
  try {
    for (current = first; current < first + calls; ++current) make_call(current, counts);
  } catch (const Failure& failure) {
    std::fprintf(stderr, "%s", failure.text.c_str());
    report_call();
    return 1;
  }
  if (report(counts, calls)) return 0;
  std::fprintf(stderr, "an op was hardly ever done, or hardly ever refused\n");
  return 1;
}
