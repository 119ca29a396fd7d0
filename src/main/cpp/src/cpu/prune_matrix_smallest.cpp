#include "cpu/bracket.hpp"
#include "cpu/ops.hpp"

namespace espalier::cpu::ESPALIER_ISA {

namespace {

struct Scratch {
  BracketMemory memory;
  int32_t* sample;
  int32_t* select;
  int64_t* kept;    // of each block, how many keys the collector kept
  int64_t* equals;  // of each block, how many keys equal the threshold
  Collector* collectors;

  Scratch(const ScoreSet& set, Workspace& workspace)
      : memory(set, workspace),
        sample(memory.keys),  // no longer needed when keys are kept
        select(memory.scratch),
        kept(workspace.take<int64_t>(set.block_count())),
        equals(workspace.take<int64_t>(set.block_count())),
        collectors(workspace.take<Collector>(max_slices)) {}
  static size_t bytes(const ScoreSet& set) {
    return BracketMemory::bytes(set) + 2 * array_bytes<int64_t>(set.block_count()) +
           array_bytes<Collector>(max_slices);
  }
};

}  // namespace

size_t prune_matrix_smallest_workspace(const esp_matrix& w) {
  return Scratch::bytes(ScoreSet(&w, nullptr, 1));
}

void prune_matrix_smallest(const esp_matrix&, int64_t, bool, void*) {}

}  // namespace espalier::cpu::ESPALIER_ISA
