package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.testing.Slow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The short form; {@code bench/kills.sh} runs the long one. */
class KilledRunsTest {
  @TempDir Path temp;

  @Slow
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  @Test
  void killedRunsEndAsThoseThatWereLeftAlone() throws IOException, InterruptedException {
    assertEquals(4, new KilledRuns(temp, 7).run(4).kills());
  }

  @Test
  void thereMustBeSomethingToResume() {
    PrintStream none = new PrintStream(OutputStream.nullOutputStream());
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] line = {"prune", "--resume", temp.toString()};
    assertEquals(ExitCode.BAD_INPUT, Espalier.run(line, none, new PrintStream(err)));
    assertTrue(err.toString().contains("no unfinished output"), err::toString);
  }

  @Test
  void resumingTakesNoOtherSettings() {
    Runs.run("prune", "--resume", temp, "--sparsity", "0.5").refused("--resume repeats");
  }

  @Test
  void wordsOfACommandComeBack() {
    List<String> words =
        List.of("espalier", "prune", "--model", "my 'own' model", "", "a\\b", "x=1");
    assertEquals(words, ShellWords.split(ShellWords.line(words)));
  }
}
