package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PruneHintTest {
  /** However the tests are run. */
  private static final String PROGRAM = Invocation.command();

  private static String hint(String output, String... search) {
    return PruneHint.of(
        new OptionParser(new SearchCommand()).parse(List.of(search)), Path.of(output));
  }

  @Test
  void whatIsAsPruneHasItIsLeftOut() {
    assertEquals(PROGRAM + " prune --allocation r.json", hint("r.json", "--over", "beta"));
  }

  @Test
  void prunesAsTheSearchDid() {
    assertEquals(
        PROGRAM
            + " prune --allocation h.json --model m --method sparsegpt --damping 0.1 --block-size 64 --pattern N:8"
            + " --sparsity 0.5 --published-rounding --calibration t.txt --samples 8 --seq-len 64"
            + " --seed 3",
        hint(
            "h.json",
            ("--seed 3 --seq-len 64 --samples 8 --calibration t.txt --published-rounding"
                    + " --sparsity 0.5 --block-size 64 --pattern N:8 --damping 0.1 --method sparsegpt --model m --windows 9"
                    + " --output h.json --statistics s.json --exhaustive")
                .split(" ")));
  }

  @Test
  void aShellTakesItAsItIs() {
    assertEquals(
        PROGRAM + " prune --allocation 'my results/r.json' --model 'Ann'\\''s $m'",
        hint("my results/r.json", "--model", "Ann's $m"));
  }
}
