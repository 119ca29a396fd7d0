package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.kernels.Natives;
import dev.espalier.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Without the launcher: whatever is asked of the library first, nothing comes too late for it. */
class NoLauncherTest {
  @TempDir Path folder;

  /** Runs a command line, and then tells what came too late. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      int code = Espalier.run(args, System.err, System.err);
      Natives.remarks().forEach(System.out::println);
      System.exit(code);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prune --device cpu --method magnitude --allocation uniform --samples 1 --seq-len 16"
            + " --evaluate none --output OUTPUT",
        "eval --device auto --evaluate TEXT --seq-len 16",
        "inspect --model samples/sotu-llama-5m --pattern 2:4",
      })
  void nothingComesTooLate(String line) throws Exception {
    Path text = Files.writeString(folder.resolve("text.txt"), "One sentence will do. ".repeat(20));
    List<String> words =
        List.of(
            line.replace("TEXT", text.toString())
                .replace("OUTPUT", folder.resolve("pruned").toString())
                .split(" "));
    ChildJvm.Result result = new ChildJvm(Program.class).run(words.toArray()).succeeded();
    assertEquals("", result.out());
  }
}
