package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class PastedTest {
  @Test
  void dashesOfPrintBecomeTheKeyboards() {
    assertEquals(
        List.of("--model", "--model", "--model", "--prune_method=wanda", "-s", "--seed"),
        Pasted.clean(
            List.of("—model", "–-model", "-–model", "−−prune_method=wanda", "–s", "‐‐seed")));
  }

  @Test
  void quotesOfPrintGo() {
    assertEquals(
        List.of("5:8", "--sparsity_type=5:8", "llama"),
        Pasted.clean(List.of("“5:8”", "--sparsity_type=“5:8”", "‘llama’")));
  }

  @Test
  void whatJoinedLinesGoes() {
    assertEquals(
        List.of("--model", "m", "--seed", "3"),
        Pasted.clean(List.of("--model", "m", "\\", " ", " --seed", "3", "\\ ")));
  }

  @Test
  void spacesThatDoNotBreakDoBetweenOptions() {
    assertEquals(
        List.of("main.py", "--model", "m"), Pasted.clean(List.of("main.py\u00a0--model\u00a0m")));
    assertEquals(List.of("my\u00a0model"), Pasted.clean(List.of("my\u00a0model")));
  }

  @Test
  void allElseStays() {
    List<String> args =
        List.of("--sparsity", "-0.1", "", "a b ", "x–y", "“open", "-h", "--a=b\\,c");
    assertEquals(args, Pasted.clean(args));
  }
}
