package dev.espalier.fuzz;

import com.sun.management.ThreadMXBean;
import dev.espalier.EspalierException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads damaged files as the program does. Each must be read or refused by an {@link
 * EspalierException}, soon and without more memory than the file's size accounts for.
 */
public final class Fuzz {
  private static final long SECONDS = 20;

  /**
   * What reading may take together, most of it given up at once; what stands at a time is bounded
   * by the process's heap, which the script keeps small.
   */
  private static final long MEMORY = 64L << 20;

  private static final long MEMORY_PER_BYTE = 2000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Path folder;
  private final long seed;

  /**
   * @param folder an empty one
   */
  Fuzz(Path folder, long seed) {
    this.folder = folder;
    this.seed = seed;
  }

  /** What became of a target's inputs. */
  record Outcome(int read, int refused, Optional<String> fault) {}

  Outcome run(FuzzTarget target, int inputs) throws IOException {
    Path file = target.prepare(folder);
    byte[] good = Files.readAllBytes(file);
    target.read(file);
    int read = 0;
    int refused = 0;
    for (int i = 0; i < inputs; i++) {
      byte[] bytes = new Mutator(seed * 1_000_003 + target.ordinal() * 7919L + i).mutate(good);
      // A new file: what was mapped before must not become shorter.
      Files.delete(file);
      Files.write(file, bytes);
      long before = THREADS.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      try {
        target.read(file);
        read++;
      } catch (EspalierException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        return fault(target, i, bytes, read, refused, stack(e));
      }
      if ((System.nanoTime() - start) / 1e9 > SECONDS) {
        return fault(target, i, bytes, read, refused, "took long");
      }
      long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
      if (allocated > MEMORY + MEMORY_PER_BYTE * bytes.length) {
        return fault(target, i, bytes, read, refused, "took " + allocated + " bytes");
      }
    }
    Files.write(file, good);
    return new Outcome(read, refused, Optional.empty());
  }

  private static String stack(Throwable e) {
    StringBuilder text = new StringBuilder(e.toString());
    Arrays.stream(e.getStackTrace()).limit(12).forEach(at -> text.append("\n  ").append(at));
    return text.toString();
  }

  private Outcome fault(
      FuzzTarget target, int input, byte[] bytes, int read, int refused, String what)
      throws IOException {
    Path kept = Files.write(folder.resolve(target + "-" + input + ".fault"), bytes);
    return new Outcome(
        read,
        refused,
        Optional.of("%s, input %d, kept in %s: %s".formatted(target, input, kept, what)));
  }

  /** INPUTS SEED [TARGET]: the number of all inputs together. */
  public static void main(String[] args) throws IOException {
    FuzzTarget[] targets =
        args.length > 2 ? new FuzzTarget[] {FuzzTarget.valueOf(args[2])} : FuzzTarget.values();
    int each = Integer.parseInt(args[0]) / targets.length + 1;
    Map<FuzzTarget, Outcome> outcomes = new EnumMap<>(FuzzTarget.class);
    for (FuzzTarget target : targets) {
      long start = System.nanoTime();
      Path folder = Files.createTempDirectory("espalier-fuzz");
      Outcome outcome = new Fuzz(folder, Long.parseLong(args[1])).run(target, each);
      outcomes.put(target, outcome);
      System.out.printf(
          "%-12s %7d read, %7d refused, %4.0f s %s%n",
          target,
          outcome.read(),
          outcome.refused(),
          (System.nanoTime() - start) / 1e9,
          outcome.fault().orElse(""));
    }
    System.exit(outcomes.values().stream().anyMatch(o -> o.fault().isPresent()) ? 1 : 0);
  }
}
