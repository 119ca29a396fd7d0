package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.Progress;
import dev.espalier.StorageException;
import dev.espalier.cli.Runs.Result;
import dev.espalier.job.PruneJob;
import dev.espalier.job.PruneRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Output to a file system that is too small; needs the right to mount one. */
@EnabledOnOs(OS.LINUX)
class FullDiskTest {
  @TempDir Path temp;
  private Path disk;

  private void mount(long kib) throws IOException, InterruptedException {
    disk = Files.createDirectory(temp.resolve("disk"));
    boolean mounted = call("mount", "-t", "tmpfs", "-o", "size=" + kib + "k", "espalier", disk);
    if (!mounted) {
      disk = null;
    }
    assumeTrue(mounted, "only root can mount a small disk");
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (disk != null) {
      assertTrue(call("umount", disk));
    }
  }

  private static boolean call(Object... command) throws IOException, InterruptedException {
    List<String> words = Stream.of(command).map(Object::toString).toList();
    return new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  @Test
  void refusesADiskThatIsTooSmallBeforeItStarts() throws IOException, InterruptedException {
    mount(4096);
    Result result = Runs.prune("--allocation", "uniform", "--output", disk.resolve("out"));
    result.refused("disk/out", "free", "another output (--output)");
    assertEquals(
        List.of(), Folders.listing(disk).stream().filter(f -> !f.startsWith(" ")).toList());
  }

  @Test
  void aDiskThatFillsUpKeepsWhatIsDone() throws IOException, InterruptedException {
    // The copy itself fits, but not what grows beside it.
    long needed = 0;
    try (Stream<Path> files = Files.list(Sample.MODEL)) {
      for (Path file : files.toList()) {
        needed += Files.size(file) + 4096;
      }
    }
    mount((needed + 20_000) / 1024);
    Path output = disk.resolve("out");
    Result full = Runs.prune("--allocation", "uniform", "--output", output, "--quiet");
    full.refused("disk is full", "run the same again to resume");
    assertFalse(Files.exists(output));
    assertTrue(call("mount", "-o", "remount,size=32m", disk));
    Result resumed = Runs.prune("--allocation", "uniform", "--output", output).succeeded();
    assertTrue(resumed.err().contains("Resuming after"), resumed.err());
    Path whole = temp.resolve("whole");
    Runs.prune("--allocation", "uniform", "--output", whole).succeeded();
    assertEquals(
        -1, Files.mismatch(whole.resolve(Folders.WEIGHTS), output.resolve(Folders.WEIGHTS)));
  }

  /** What is done of a run must survive a disk that others fill, for the message promises it. */
  @Test
  void aDiskFilledByOthersKeepsWhatIsDone() throws IOException, InterruptedException {
    mount(16 << 10);
    Path output = disk.resolve("out");
    Path filler = disk.resolve("filler");
    PruneRequest request = request(output);
    Progress listener =
        new QuietJob() {
          private boolean filled;

          @Override
          public void step(long steps) {
            if (!filled && finishedBlocks(output) == 2) {
              filled = true;
              fill(filler);
            }
          }
        };
    StorageException full =
        assertThrows(StorageException.class, () -> PruneJob.run(request, listener));
    assertTrue(full.getMessage().contains("disk is full"), full.getMessage());
    assertTrue(finishedBlocks(output) >= 2, "the finished blocks are still there");
    Files.delete(filler);
    assertEquals(0.7, PruneJob.run(request, listener).achievedSparsity(), 1e-4);
  }

  private static PruneRequest request(Path output) {
    List<String> args =
        List.of(
            "--device",
            "cpu",
            "--allocation",
            "uniform",
            "--samples",
            "4",
            "--seq-len",
            "64",
            "--evaluate",
            "none");
    List<String> all = Stream.concat(args.stream(), Stream.of("--output", output + "")).toList();
    return PruneCommand.request(new OptionParser(new PruneCommand()).parse(all));
  }

  private static int finishedBlocks(Path output) {
    Path journal = output.resolveSibling("out.partial").resolve("espalier-progress.json");
    try {
      return Files.exists(journal) ? Folders.json(journal).at("/state/blocks").size() : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void fill(Path file) {
    byte[] page = new byte[4096];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(page);
      }
    } catch (IOException e) {
      // That was the last page.
    }
  }

  private abstract static class QuietJob implements Progress {
    @Override
    public void begin(String task, long steps) {}

    @Override
    public void end() {}

    @Override
    public void note(String sentence) {}
  }
}
