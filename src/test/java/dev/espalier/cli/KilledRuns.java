package dev.espalier.cli;

import dev.espalier.device.HostMemory;
import dev.espalier.files.DurableFiles;
import dev.espalier.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Kills prunes of the sample with SIGKILL, goes on with the same command or with {@code --resume}
 * until they end, and compares with a run that was left alone. When one is killed follows from how
 * far it is to come, which is drawn of all that lies ahead of it, and a random delay after that:
 * moments drawn over its time alone would seldom meet a block, and hardly ever the renaming.
 */
public final class KilledRuns {
  private static final int BLOCKS = 10;
  private static final int LINEARS = 7;
  private static final String SPILLS = "stay in a file on disk";

  private static final Pattern LACK =
      Pattern.compile("needs ([\\d.]+ \\w+) of the memory, of which only ([\\d.]+ \\w+) are free");

  /** What starting takes, in microseconds. */
  private static final long START = 4_000_000;

  /** Of Java's memory a fixed part, so that what is left for the activations can be told. */
  private static final List<String> JAVA =
      List.of(
          "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Xms64m",
          "-Xmx64m",
          "-XX:+AlwaysPreTouch");

  private final Path temp;
  private final Path output;
  private final RunStage stage;
  private final SplittableRandom random;
  private final Map<Integer, int[]> landed = new TreeMap<>();
  private long spilling;
  private int killed;
  private int resumed;
  private int refused;

  /**
   * @param temp an empty folder
   */
  KilledRuns(Path temp, long seed) {
    this.temp = temp;
    this.output = temp.resolve("out");
    this.stage = new RunStage(output, BLOCKS, LINEARS);
    this.random = new SplittableRandom(seed);
  }

  /**
   * What happened.
   *
   * @param resumed how many processes were started by {@code --resume}
   * @param refused how many had too little memory for once, which left what was there
   * @param landed a line for each stage at which kills fell
   */
  record Outcome(int kills, int finished, int resumed, int refused, List<String> landed) {}

  private List<String> line() {
    return List.of(
        ("prune --device cpu --threads 1 --samples 64 --seq-len 128 --auto-trials 2"
                + " --evaluate none --method wanda --sparsity 0.6 --output "
                + output)
            .split(" "));
  }

  private Process start(List<String> line, long memory) throws IOException {
    List<String> options = new ArrayList<>(JAVA);
    options.add("-D%s=%d".formatted(HostMemory.LIMIT, memory));
    return new ProcessBuilder(JavaProcess.command(options, Espalier.class, line.toArray()))
        .redirectErrorStream(true)
        .redirectOutput(log().toFile())
        .start();
  }

  private Path log() {
    return temp.resolve("log");
  }

  private String told() throws IOException {
    return Files.readString(log());
  }

  private LastingContents alone(long memory) throws IOException, InterruptedException {
    if (start(line(), memory).waitFor() != 0) {
      throw new AssertionError(told());
    }
    LastingContents contents = LastingContents.of(output);
    DurableFiles.deleteTree(output);
    return contents;
  }

  /** So much memory that the work fits, and the activations do not. */
  private long spilling() throws IOException, InterruptedException {
    long memory = 1L << 28;
    for (int tries = 0; tries < 5; tries++) {
      int exit = start(line(), memory).waitFor();
      String told = told();
      Matcher lack = LACK.matcher(told);
      if (exit == 0) {
        DurableFiles.deleteTree(output);
        if (told.contains(SPILLS)) {
          return memory;
        }
        memory -= 4L << 20;
      } else if (lack.find()) {
        memory += bytes(lack.group(1)) - bytes(lack.group(2)) + (3L << 20);
      } else {
        throw new AssertionError(told);
      }
    }
    throw new AssertionError("nothing spills: " + told());
  }

  private static long bytes(String size) {
    String[] words = size.split(" ");
    int shift = List.of("bytes", "KiB", "MiB", "GiB").indexOf(words[1]) * 10;
    return (long) (Double.parseDouble(words[0]) * (1L << shift));
  }

  Outcome run(int kills) throws IOException, InterruptedException {
    LastingContents input = LastingContents.of(Sample.MODEL);
    LastingContents expected = alone(Long.MAX_VALUE);
    spilling = spilling();
    int finished = 0;
    while (killed < kills || finished == 0) {
      if (!once(killed < kills && stage.now() < stage.renamed())) {
        continue;
      }
      finished++;
      require(expected, output);
      require(input, Sample.MODEL);
      List<Path> left = new ArrayList<>(DurableFiles.list(temp));
      left.removeAll(List.of(output, log()));
      if (!left.isEmpty()) {
        throw new AssertionError("left: " + left);
      }
      DurableFiles.deleteTree(output);
    }
    List<String> lines = new ArrayList<>();
    landed.forEach(
        (at, count) ->
            lines.add("%s: %d, %d spilling".formatted(stage.name(at), count[0], count[1])));
    return new Outcome(killed, finished, resumed, refused, lines);
  }

  /** Starts a process, and ends it unless it is to live. True if the output is finished. */
  private boolean once(boolean kill) throws IOException, InterruptedException {
    int begun = stage.now();
    boolean repeats = stage.isResumable() && random.nextBoolean();
    resumed += repeats ? 1 : 0;
    int target = kill ? target(begun) : Integer.MAX_VALUE;
    long delay = (long) (random.nextDouble() * (longest(target) + (target == begun ? START : 0)));
    Process process =
        start(
            repeats ? List.of("prune", "--resume", output.toString()) : line(),
            random.nextBoolean() ? spilling : Long.MAX_VALUE);
    while (stage.now() < target && !process.waitFor(2, TimeUnit.MILLISECONDS)) {
      // Not there yet.
    }
    if (!process.waitFor(delay, TimeUnit.MICROSECONDS)) {
      process.destroyForcibly().waitFor();
      killed++;
      int[] count = landed.computeIfAbsent(stage.now(), at -> new int[2]);
      count[0]++;
      count[1] += told().contains(SPILLS) ? 1 : 0;
      return false;
    }
    if (process.exitValue() != 0 && LACK.matcher(told()).find()) {
      refused++;
      return false;
    }
    if (process.exitValue() != 0) {
      throw new AssertionError("exit code " + process.exitValue() + ": " + told());
    }
    return true;
  }

  /** Any stage that is not over; the trials take longer than a block. */
  private int target(int begun) {
    List<Integer> ahead = new ArrayList<>();
    for (int at = begun; at <= stage.renamed(); at++) {
      ahead.addAll(Collections.nCopies(at == RunStage.TRIALS ? 4 : 1, at));
    }
    return ahead.get(random.nextInt(ahead.size()));
  }

  /** What a stage may take, in microseconds. */
  private long longest(int at) {
    return at <= RunStage.TRIALS ? START : at <= stage.pruned() ? 300_000 : 50_000;
  }

  private static void require(LastingContents expected, Path folder) throws IOException {
    Optional<String> difference = expected.difference(LastingContents.of(folder));
    if (difference.isPresent()) {
      throw new AssertionError(folder + ": " + difference.get());
    }
  }

  /** KILLS SEED. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path temp = Files.createTempDirectory("espalier-kills");
    Outcome outcome = new KilledRuns(temp, Long.parseLong(args[1])).run(Integer.parseInt(args[0]));
    System.out.printf(
        "%d kills, %d runs finished as if left alone, %d processes resumed, %d had too little memory%n",
        outcome.kills(), outcome.finished(), outcome.resumed(), outcome.refused());
    outcome.landed().forEach(System.out::println);
    DurableFiles.deleteTree(temp);
  }
}
