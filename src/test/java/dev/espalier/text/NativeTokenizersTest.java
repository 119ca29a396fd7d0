package dev.espalier.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.StorageException;
import dev.espalier.testing.ChildJvm;
import dev.espalier.testing.Slow;
import dev.espalier.testing.SmallDisk;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the library that tokenizes cannot be unpacked, the place is named and not the model. */
@Slow
class NativeTokenizersTest {
  @TempDir Path folder;

  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      try {
        NativeTokenizers.load();
        System.out.println("loaded");
      } catch (StorageException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private static void assertTold(Path cache, String part) throws Exception {
    String told =
        new ChildJvm(Program.class)
            .environment("ESPALIER_CACHE", cache.toString())
            .run()
            .succeeded()
            .out();
    assertTrue(told.startsWith(cache.resolve("djl") + "/tokenizers cannot hold"), told);
    assertTrue(told.contains(part), told);
    assertTrue(told.endsWith("in the environment variable ESPALIER_CACHE\n"), told);
    assertEquals(1, told.lines().count(), told);
  }

  @Test
  void aDiskThatIsTooSmall() throws Exception {
    SmallDisk.tell(TooSmall.class, 4096, folder);
  }

  static final class TooSmall implements SmallDisk.Story {
    @Override
    public void tell(Path disk) throws Exception {
      assertTold(disk, "the disk has 4.0 MiB free");
    }
  }

  @Test
  void aDiskThatLibrariesCannotRunFrom() throws Exception {
    SmallDisk.tell(NoExec.class, 64 << 10, ",noexec", folder);
  }

  static final class NoExec implements SmallDisk.Story {
    @Override
    public void tell(Path disk) throws Exception {
      assertTold(disk, "failed to map segment from shared object");
    }
  }
}
