package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.Progress;
import dev.espalier.StorageException;
import dev.espalier.cli.Runs.Result;
import dev.espalier.job.PruneJob;
import dev.espalier.job.PruneRequest;
import dev.espalier.testing.RecordingProgress;
import dev.espalier.testing.Slow;
import dev.espalier.testing.SmallDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Output to a file system that is too small. */
@Slow
@EnabledOnOs(OS.LINUX)
class FullDiskTest {
  @TempDir Path temp;

  @Test
  void refusesADiskThatIsTooSmallBeforeItStarts() throws IOException, InterruptedException {
    SmallDisk.tell(TooSmall.class, 4096, temp);
  }

  static final class TooSmall implements SmallDisk.Story {
    @Override
    public void tell(Path disk) throws IOException {
      Result result = Runs.prune("--allocation", "uniform", "--output", disk.resolve("out"));
      result.refused("disk/out", "free", "another output (--output)");
      assertEquals(
          List.of(), Folders.listing(disk).stream().filter(f -> !f.startsWith(" ")).toList());
    }
  }

  @Test
  void aDiskThatFillsUpKeepsWhatIsDone() throws IOException, InterruptedException {
    SmallDisk.tell(FillsUp.class, 32 << 10, temp);
  }

  static final class FillsUp implements SmallDisk.Story {
    @Override
    public void tell(Path disk) throws IOException {
      // The copy itself fits, but not what grows beside it.
      long needed = 20_000;
      try (Stream<Path> files = Files.list(Sample.MODEL)) {
        for (Path file : files.toList()) {
          needed += Files.size(file) + 4096;
        }
      }
      Path filler = disk.resolve("filler");
      SmallDisk.fill(filler, needed);
      Path output = disk.resolve("out");
      Result full = Runs.prune("--allocation", "uniform", "--output", output, "--quiet");
      full.refused("disk is full", "run the same again to resume");
      assertFalse(Files.exists(output));
      Files.delete(filler);
      Result resumed = Runs.prune("--allocation", "uniform", "--output", output).succeeded();
      assertTrue(resumed.err().contains("Resuming after"), resumed.err());
      Path whole = disk.resolveSibling("whole");
      Runs.prune("--allocation", "uniform", "--output", whole).succeeded();
      assertEquals(
          -1, Files.mismatch(whole.resolve(Folders.WEIGHTS), output.resolve(Folders.WEIGHTS)));
    }
  }

  /** What is done of a run must survive a disk that others fill, for the message promises it. */
  @Test
  void aDiskFilledByOthersKeepsWhatIsDone() throws IOException, InterruptedException {
    SmallDisk.tell(FilledByOthers.class, 16 << 10, temp);
  }

  static final class FilledByOthers implements SmallDisk.Story {
    @Override
    public void tell(Path disk) throws IOException {
      Path output = disk.resolve("out");
      Path filler = disk.resolve("filler");
      PruneRequest request = request(output);
      Progress filling =
          new RecordingProgress()
              .atStep(
                  () -> {
                    if (!Files.exists(filler) && finishedBlocks(output) == 2) {
                      fill(filler);
                    }
                  });
      StorageException full =
          assertThrows(StorageException.class, () -> PruneJob.run(request, filling));
      assertTrue(full.getMessage().contains("disk is full"), full.getMessage());
      assertTrue(finishedBlocks(output) >= 2, "the finished blocks are still there");
      Files.delete(filler);
      assertEquals(0.7, PruneJob.run(request, Progress.NONE).achievedSparsity(), 1e-4);
    }
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
    try {
      SmallDisk.fill(file, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
