package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PruneHintTest {
  private static String hint(String output, String... search) {
    return PruneHint.of(
        new OptionParser(new SearchCommand()).parse(List.of(search)), Path.of(output));
  }

  @Test
  void whatIsAsPruneHasItIsLeftOut() {
    assertEquals("espalier prune --allocation r.json", hint("r.json", "--over", "beta"));
  }

  @Test
  void prunesAsTheSearchDid() {
    assertEquals(
        "espalier prune --allocation h.json --model m --method sparsegpt --pattern N:8"
            + " --sparsity 0.5 --published-rounding --calibration t.txt --samples 8 --seq-len 64"
            + " --seed 3",
        hint(
            "h.json",
            ("--seed 3 --seq-len 64 --samples 8 --calibration t.txt --published-rounding"
                    + " --sparsity 0.5 --pattern N:8 --method sparsegpt --model m --windows 9"
                    + " --output h.json --statistics s.json --exhaustive")
                .split(" ")));
  }

  @Test
  void aShellTakesItAsItIs() {
    assertEquals(
        "espalier prune --allocation 'my results/r.json' --model 'Ann'\\''s $m'",
        hint("my results/r.json", "--model", "Ann's $m"));
  }
}
