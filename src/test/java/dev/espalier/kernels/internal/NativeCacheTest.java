package dev.espalier.kernels.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.StorageException;
import dev.espalier.testing.ChildJvm;
import dev.espalier.testing.Slow;
import dev.espalier.testing.SmallDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first run of all, which unpacks the libraries. */
@Slow
class NativeCacheTest {
  private static final long MIB = 1024;

  @TempDir Path folder;

  /** Loads, and computes. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      try {
        NativeSetup.load();
      } catch (StorageException e) {
        System.out.println(e.getMessage());
        System.exit(2);
      }
      try (Tensor ones = torch.ones(8, 8);
          Tensor product = ones.mm(ones);
          Tensor sum = product.sum()) {
        System.out.println("sum " + sum.item_double());
      }
    }
  }

  private static ChildJvm with(Path cache) {
    return new ChildJvm(Program.class).option("-Dorg.bytedeco.javacpp.cachedir=" + cache);
  }

  private static void assertComputes(ChildJvm.Result result) {
    assertEquals("sum 512.0\n", result.succeeded().out());
  }

  private static void assertRefuses(Path cache, String... parts)
      throws IOException, InterruptedException {
    ChildJvm.Result result = with(cache).run();
    assertEquals(2, result.code(), () -> result.out() + result.err());
    assertEquals(1, result.out().lines().count());
    for (String part : parts) {
      assertTrue(result.out().contains(part), () -> "no '" + part + "' in: " + result.out());
    }
    assertTrue(result.out().contains("in the environment variable ESPALIER_CACHE"));
  }

  @Test
  void severalFirstRunsAtOnceUnpackOnceAndLaterOnesMend() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      Callable<ChildJvm.Result> run = () -> with(folder).run();
      List<Future<ChildJvm.Result>> results = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        results.add(threads.submit(run));
      }
      for (Future<ChildJvm.Result> result : results) {
        assertComputes(result.get());
      }
    } finally {
      threads.shutdownNow();
    }
    for (String name : List.of("libtorch_cpu.so", "libc10.so", "libopenblas.so.0")) {
      Path library = library(name);
      long whole = Files.size(library);
      FileTime time = Files.getLastModifiedTime(library);
      try (RandomAccessFile file = new RandomAccessFile(library.toFile(), "rw")) {
        file.setLength(whole / 2);
      }
      Files.setLastModifiedTime(library, time);
      assertComputes(with(folder).run());
      assertEquals(whole, Files.size(library), name);
    }
  }

  private Path library(String name) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.endsWith(name) && !Files.isSymbolicLink(file))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void theEnvironmentNamesTheFolder() throws Exception {
    Path cache = folder.resolve("a b/cache");
    assertComputes(
        new ChildJvm(Program.class).environment("ESPALIER_CACHE", cache.toString()).run());
    assertTrue(Files.exists(cache.resolve("javacpp/.espalier-loaded")));
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertRefuses(file.resolve("cache"), file.resolve("cache") + " cannot hold the libraries");
    assertRefuses(Path.of("/proc/espalier"), "/proc/espalier cannot hold the libraries");
  }

  @Test
  void aDiskThatIsTooSmallIsNamed() throws Exception {
    SmallDisk.tell(TooSmall.class, 8 * MIB, folder);
  }

  static final class TooSmall implements SmallDisk.Story {
    @Override
    public void tell(Path disk) throws Exception {
      assertRefuses(disk, disk + " cannot hold", "MiB are needed, and the disk has 8.0 MiB free");
      try (Stream<Path> all = Files.walk(disk)) {
        assertFalse(all.anyMatch(file -> file.toString().endsWith(".so")));
      }
    }
  }

  @Test
  void aDiskThatLibrariesCannotRunFromIsNamed() throws Exception {
    SmallDisk.tell(NoExec.class, 600 * MIB, ",noexec", folder);
  }

  static final class NoExec implements SmallDisk.Story {
    @Override
    public void tell(Path disk) throws Exception {
      assertRefuses(disk, disk + " cannot hold", "noexec");
    }
  }

  @Test
  void aDiskThatCannotBeWrittenIsNamed() throws Exception {
    SmallDisk.tell(ReadOnly.class, 600 * MIB, ",ro", folder);
  }

  static final class ReadOnly implements SmallDisk.Story {
    @Override
    public void tell(Path disk) throws Exception {
      assertRefuses(disk, disk + " cannot hold", "cannot be written to");
    }
  }
}
