package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.kernels.Natives;
import dev.espalier.testing.ChildJvm;
import dev.espalier.testing.Slow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Without the launcher: whatever is asked of the library first, nothing comes too late for it. */
@Slow
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

  /** As {@link Program}, but libtorch was in use before. */
  static final class LateProgram {
    private LateProgram() {}

    public static void main(String[] args) {
      Loader.load(torch.class);
      System.exit(Espalier.run(args, System.out, System.err));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prune --device cpu --method magnitude --allocation uniform --samples 1 --seq-len 16"
            + " --evaluate none --threads 2 --output OUTPUT",
        "eval --device auto --evaluate TEXT --seq-len 16",
        "inspect --model samples/sotu-llama-5m",
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

  @ParameterizedTest
  @ValueSource(strings = {"inspect --json", "eval --json --seq-len 16 --evaluate TEXT"})
  void whatComesTooLateIsSaidOnce(String line) throws Exception {
    Path text = Files.writeString(folder.resolve("text.txt"), "One sentence will do. ".repeat(20));
    ChildJvm.Result result =
        new ChildJvm(LateProgram.class)
            .run((Object[]) line.replace("TEXT", text.toString()).split(" "))
            .succeeded();
    assertEquals(
        2, result.err().lines().filter(said -> said.contains(": start Java with ")).count());
  }
}
