package dev.espalier.cli;

import dev.espalier.device.HostMemory;
import dev.espalier.files.DurableFiles;
import dev.espalier.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Kills prunes of the sample at random moments with SIGKILL and goes on with the same command, or
 * with {@code --resume}, until they end; then compares with a run that was left alone. What differs
 * by its nature, times and what was told, stands in {@code espalier.json} and {@code report.html};
 * every other file must be the same byte for byte, and the input untouched.
 */
public final class KilledRuns {
  private final Path temp;
  private final SplittableRandom random;
  private final double seconds;

  /**
   * @param temp an empty folder
   * @param seconds how long a process lives at most
   */
  KilledRuns(Path temp, long seed, double seconds) {
    this.temp = temp;
    this.random = new SplittableRandom(seed);
    this.seconds = seconds;
  }

  /** What happened: of the first number, how often by which stage. */
  record Outcome(int kills, int finished, TreeMap<String, Integer> stages) {}

  private List<String> line(Path output) {
    return List.of(
        "prune",
        "--device",
        "cpu",
        "--threads",
        "2",
        "--samples",
        "16",
        "--seq-len",
        "128",
        "--auto-trials",
        "2",
        "--evaluate",
        "none",
        "--sparsity",
        "0.6",
        "--output",
        output.toString());
  }

  private Process start(List<String> line, Path log, boolean spilling) throws IOException {
    List<String> options = new ArrayList<>(List.of("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
    if (spilling) {
      options.add("-D" + HostMemory.LIMIT + "=" + SPILLING);
    }
    return new ProcessBuilder(JavaProcess.command(options, Espalier.class, line.toArray()))
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  /** Set by the caller so that the work fits, and the activations do not. */
  private static final String SPILLING = System.getProperty("spilling", "0");

  Outcome run(int kills) throws IOException, InterruptedException {
    var input = contents(Sample.MODEL);
    Path alone = temp.resolve("alone");
    Path log = temp.resolve("log");
    if (start(line(alone), log, false).waitFor() != 0) {
      throw new AssertionError(Files.readString(log));
    }
    var expected = contents(alone);
    TreeMap<String, Integer> stages = new TreeMap<>();
    int killed = 0;
    int finished = 0;
    while (killed < kills || finished == 0) {
      Path output = temp.resolve("out");
      boolean spilling = !SPILLING.equals("0") && random.nextBoolean();
      boolean resumes =
          random.nextBoolean()
              && Files.exists(temp.resolve("out.partial/espalier-progress.command.json"));
      List<String> line = resumes ? List.of("prune", "--resume", output.toString()) : line(output);
      Process process = start(line, log, spilling);
      long millis = (long) (1000 * seconds * (0.1 + 0.9 * random.nextDouble()));
      boolean ended =
          killed < kills ? process.waitFor(millis, TimeUnit.MILLISECONDS) : process.waitFor() >= 0;
      if (!ended) {
        stages.merge(stage(output), 1, Integer::sum);
        process.destroyForcibly().waitFor();
        killed++;
        continue;
      }
      if (process.exitValue() != 0) {
        throw new AssertionError("exit code " + process.exitValue() + ": " + Files.readString(log));
      }
      finished++;
      require(expected, contents(output), "output");
      require(input, contents(Sample.MODEL), "input");
      if (leftovers().isPresent()) {
        throw new AssertionError("left: " + leftovers().get());
      }
      DurableFiles.deleteTree(output);
    }
    return new Outcome(killed, finished, stages);
  }

  private static String stage(Path output) {
    if (Files.exists(output)) {
      return "after the rename";
    }
    Path partial = output.resolveSibling("out.partial");
    if (!Files.exists(partial)) {
      return "before the output";
    }
    try {
      Path journal = partial.resolve("espalier-progress.json");
      return Files.exists(partial.resolve("config.json"))
          ? "finishing"
          : Files.exists(journal) && !Folders.json(journal).get("written").isEmpty()
              ? "pruning"
              : "trials and the first block";
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** What lies beside the outputs. */
  private Optional<List<Path>> leftovers() throws IOException {
    List<Path> left =
        DurableFiles.list(temp).stream()
            .filter(f -> !List.of("alone", "log", "out").contains(f.getFileName().toString()))
            .toList();
    return left.isEmpty() ? Optional.empty() : Optional.of(left);
  }

  private static void require(
      TreeMap<String, byte[]> expected, TreeMap<String, byte[]> actual, String what) {
    if (!expected.keySet().equals(actual.keySet())) {
      throw new AssertionError(what + " holds " + actual.keySet());
    }
    expected.forEach(
        (name, bytes) -> {
          if (!java.util.Arrays.equals(bytes, actual.get(name))) {
            throw new AssertionError(what + ": " + name + " differs");
          }
        });
  }

  /** All files but those that tell of times, by name. */
  private static TreeMap<String, byte[]> contents(Path folder) throws IOException {
    TreeMap<String, byte[]> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(file).toString();
        boolean timed = List.of("espalier.json", "report.html").contains(name);
        contents.put(name, timed ? new byte[0] : Files.readAllBytes(file));
      }
    }
    return contents;
  }

  /** KILLS SEED SECONDS. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path temp = Files.createTempDirectory("espalier-kills");
    System.out.println(
        new KilledRuns(temp, Long.parseLong(args[1]), Double.parseDouble(args[2]))
            .run(Integer.parseInt(args[0])));
    DurableFiles.deleteTree(temp);
  }
}
