package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cli.Runs.Result;
import dev.espalier.testing.JavaProcess;
import dev.espalier.testing.Safetensors;
import dev.espalier.testing.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ctrl-C in the midst of a run, in a process of its own. */
@Slow
@EnabledOnOs(OS.LINUX)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class InterruptionTest {
  /** How a result came about, which differs from run to run. */
  private static final List<String> WHENCE = List.of("command", "date");

  @TempDir Path temp;

  /** Slow enough to be caught between two blocks. */
  private static List<String> line(String method, Path output) {
    return new ArrayList<>(
        List.of(
            "prune",
            "--method",
            method,
            "--threads", // the order of sums depends on it
            "2",
            "--samples",
            "32",
            "--seq-len",
            "128",
            "--evaluate",
            "none",
            "--output",
            output.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"wanda", "sparsegpt"})
  void resumesWhereItWasInterrupted(String method) throws IOException, InterruptedException {
    Path output = temp.resolve("out");
    Path partial = temp.resolve("out.partial");
    String told = interrupted(line(method, output), () -> holdsBlock(partial));
    assertTrue(told.contains("Interrupted. The same command goes on"), told);
    assertFalse(Files.exists(output));
    assertTrue(Files.isDirectory(partial));
    // Whether a block is safe yet or not, the search need not be made again.
    Path trials = temp.resolve("out.trials.json");
    assertEquals(6, trials(trials));

    List<String> other = line(method, output);
    other.addAll(List.of("--sparsity", "0.6"));
    Runs.run(other.toArray())
        .refused("out.partial", "unfinished result of other settings", "--overwrite");

    Result resumed = Runs.run(line(method, output).toArray()).succeeded();
    assertTrue(resumed.err().matches("(?s).*Resuming after [1-9] finished block.*"), resumed.err());
    assertFalse(Files.exists(partial));
    assertFalse(Files.exists(trials));

    Path atOnce = temp.resolve("at-once");
    Result whole = Runs.run(line(method, atOnce).toArray()).succeeded();
    assertFalse(whole.err().contains("Resuming"), whole.err());
    assertEquals(
        -1,
        Files.mismatch(output.resolve(Safetensors.SINGLE), atOnce.resolve(Safetensors.SINGLE)),
        "the first byte that differs");
    assertEquals(report(atOnce), report(output));
    // What the first process took is not forgotten.
    JsonNode seconds = Folders.json(output.resolve("espalier.json")).get("seconds");
    assertTrue(seconds.has("search") && seconds.has("prune"), seconds::toPrettyString);
  }

  @Test
  void aSearchGoesOnAfterItsLastTrial() throws IOException, InterruptedException {
    Path output = temp.resolve("found.json");
    Path journal = temp.resolve("found.json.partial");
    String told = interrupted(searchLine(output), () -> trials(journal) >= 2);
    assertTrue(told.contains("Interrupted. The same command goes on"), told);
    assertFalse(Files.exists(output));
    int made = trials(journal);
    assertTrue(made < 5, "interrupted too late");

    Result resumed = Runs.run(searchLine(output).toArray()).succeeded();
    assertTrue(resumed.err().contains("Resuming after " + made + " finished trial"), resumed.err());
    assertFalse(resumed.err().contains("Trial " + made + " of"), resumed.err());
    assertTrue(resumed.err().contains("Trial " + (made + 1) + " of 5"), resumed.err());
    assertFalse(Files.exists(journal));

    Path atOnce = temp.resolve("at-once.json");
    Runs.run(searchLine(atOnce).toArray()).succeeded();
    assertEquals(result(atOnce), result(output));
  }

  private static List<String> searchLine(Path output) {
    return new ArrayList<>(
        List.of(
            "search",
            "--over",
            "beta",
            "--values",
            "0.01,0.02,0.03,0.04",
            "--threads",
            "2",
            "--samples",
            "16",
            "--seq-len",
            "128",
            "--windows",
            "16",
            "--output",
            output.toString()));
  }

  private static int trials(Path journal) throws IOException {
    return Files.exists(journal) ? Folders.json(journal).get("trials").size() : 0;
  }

  private static JsonNode result(Path file) throws IOException {
    ObjectNode result = (ObjectNode) Folders.json(file);
    result.remove(WHENCE);
    result.remove("seconds");
    return result;
  }

  @Test
  void commandsThatCannotResumeDoNotPromiseIt() throws IOException, InterruptedException {
    Path stderr = temp.resolve("stderr");
    String told = interrupted(List.of("eval"), () -> Files.readString(stderr).contains("context"));
    assertTrue(told.endsWith("\nInterrupted.\n"), told);
  }

  /** Interrupts a command when the condition holds, and returns what it told people. */
  private String interrupted(List<String> line, Condition condition)
      throws IOException, InterruptedException {
    Path stderr = temp.resolve("stderr");
    Process process = start(line, stderr);
    try {
      waitUntil(process, stderr, condition);
      signal(process, "INT");
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
    } finally {
      process.destroyForcibly();
    }
    String told = Files.readString(stderr);
    assertEquals(ExitCode.INTERRUPTED, process.exitValue(), told);
    return told;
  }

  private static Process start(List<String> line, Path stderr) throws IOException {
    List<String> command = new ArrayList<>();
    // A shell's background jobs ignore the signal, and so would their children.
    command.addAll(List.of("env", "--default-signal=INT"));
    command.addAll(JavaProcess.command(List.of(), Espalier.class, line.toArray()));
    return new ProcessBuilder(command)
        .redirectError(stderr.toFile())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static boolean holdsBlock(Path partial) throws IOException {
    Path journal = partial.resolve("espalier-progress.json");
    return Files.exists(journal) && !Folders.json(journal).get("written").isEmpty();
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void waitUntil(Process process, Path stderr, Condition condition)
      throws IOException, InterruptedException {
    while (!condition.holds()) {
      assertTrue(process.isAlive(), () -> "ended too early: " + stderr);
      Thread.sleep(5);
    }
  }

  private static void signal(Process process, String name)
      throws IOException, InterruptedException {
    int code = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
    assertEquals(0, code);
  }

  /** What a run reports, without what may differ between two of them. */
  private static JsonNode report(Path output) throws IOException {
    ObjectNode report = (ObjectNode) Folders.json(output.resolve("espalier.json"));
    report.remove(WHENCE);
    report.remove(
        List.of(
            "output", "seconds", "total_seconds", "peak_bytes", "peak_bytes_by_phase", "notes"));
    report
        .get("blocks")
        .forEach(b -> b.get("linears").forEach(l -> ((ObjectNode) l).remove("seconds")));
    return report;
  }
}
