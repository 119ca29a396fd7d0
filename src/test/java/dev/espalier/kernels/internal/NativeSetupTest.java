package dev.espalier.kernels.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.testing.ChildJvm;
import dev.espalier.testing.Slow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In processes that start as a user's do: nothing is set, and libraries lie where they may. */
@Slow
class NativeSetupTest {
  private static final String NATIVES = "org/bytedeco/pytorch/" + Loader.getPlatform();

  @TempDir Path folder;

  /** Tells what it finds before and after our libraries are loaded, and computes. */
  static final class Ours {
    private Ours() {}

    public static void main(String[] args) throws IOException {
      System.out.println("early " + maps().matches("(?s).*lib(gomp|openblas|torch).*"));
      NativeSetup.load();
      report();
    }
  }

  /** The same, but libtorch comes first. */
  static final class TorchFirst {
    private TorchFirst() {}

    public static void main(String[] args) throws IOException {
      Loader.load(torch.class);
      report();
    }
  }

  /** libtorch alone. */
  static final class TorchAlone {
    private TorchAlone() {}

    public static void main(String[] args) throws IOException {
      Loader.load(torch.class);
      System.out.println(maps());
    }
  }

  private static void report() throws IOException {
    NativeSetup.remarks().forEach(remark -> System.out.println("remark " + remark));
    System.out.println("OMP_WAIT_POLICY " + Environment.getenv("OMP_WAIT_POLICY"));
    System.out.println("OPENBLAS_THREAD_TIMEOUT " + Environment.getenv("OPENBLAS_THREAD_TIMEOUT"));
    System.out.println("limit " + Pointer.maxPhysicalBytes());
    try (Tensor ones = torch.ones(64, 64);
        Tensor product = ones.mm(ones);
        Tensor sum = product.sum()) {
      System.out.println("sum " + sum.item_double());
    }
    System.out.println(maps());
  }

  private static String maps() throws IOException {
    return Files.readString(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1);
  }

  private static ChildJvm ours() {
    return new ChildJvm(Ours.class).environment("OMP_DISPLAY_ENV", "true");
  }

  private static void assertHas(String text, String part) {
    assertTrue(text.contains(part), () -> "no '" + part + "' in: " + text);
  }

  @Test
  void librariesAreSetUpBeforeTheyAreLoaded() throws Exception {
    ChildJvm.Result result = ours().run().succeeded();
    assertHas(result.out(), "early false\n");
    assertHas(result.out(), "OMP_WAIT_POLICY passive\n");
    assertHas(result.out(), "OPENBLAS_THREAD_TIMEOUT 18\n");
    assertHas(result.out(), "limit 0\n");
    assertHas(result.out(), "libgomp.so");
    assertHas(result.out(), "libopenblas.so");
    assertHas(result.out(), "sum 262144.0\n");
    assertFalse(result.out().contains("remark"), result.out());
    // libgomp's own word for what it has read.
    assertHas(result.err(), "OMP_WAIT_POLICY = 'PASSIVE'");
  }

  @Test
  void whatTheUserHasSetStays() throws Exception {
    ChildJvm.Result result =
        ours()
            .environment("OMP_WAIT_POLICY", "active")
            .environment("OPENBLAS_THREAD_TIMEOUT", "4")
            .option("-Dorg.bytedeco.javacpp.maxphysicalbytes=7g")
            .run()
            .succeeded();
    assertHas(result.out(), "OMP_WAIT_POLICY active\n");
    assertHas(result.out(), "OPENBLAS_THREAD_TIMEOUT 4\n");
    assertHas(result.out(), "limit " + (7L << 30) + "\n");
    assertHas(result.out(), "remark JavaCPP counts mapped checkpoints as memory in use");
    assertFalse(result.out().contains("remark libtorch"), result.out());
    assertHas(result.err(), "OMP_WAIT_POLICY = 'ACTIVE'");
  }

  @Test
  void whatComesTooLateIsRemarkedOnAndLeftAlone() throws Exception {
    ChildJvm torchFirst =
        new ChildJvm(TorchFirst.class).environment("OPENBLAS_THREAD_TIMEOUT", "20");
    ChildJvm.Result result = torchFirst.run().succeeded();
    assertHas(
        result.out(),
        "remark JavaCPP counts mapped checkpoints as memory in use and may end the run over them:"
            + " start Java with -Dorg.bytedeco.javacpp.maxPhysicalBytes=0.\n");
    assertHas(
        result.out(),
        "remark libtorch was loaded before Espalier, and its idle threads spin on the processors"
            + " that others need: start Java with OMP_WAIT_POLICY=passive in its environment.\n");
    assertEquals(2, result.out().lines().filter(line -> line.startsWith("remark")).count());
    assertHas(result.out(), "OMP_WAIT_POLICY null\n");
    assertHas(result.out(), "OPENBLAS_THREAD_TIMEOUT 20\n");
  }

  /** A part that our build does not have must not come from the system, but it would. */
  @Test
  void nothingOfAnotherLibtorchIsLoaded() throws Exception {
    Path other = folder.resolve("other");
    Files.createDirectory(other);
    for (String part : new String[] {"torch", "c10_cuda", "torch_cuda"}) {
      Files.copy(Path.of(Environment.LIBRARY), other.resolve("lib" + part + ".so"));
    }
    String path = "-Djava.library.path=" + other;
    ChildJvm alone = new ChildJvm(TorchAlone.class).option(path);
    assertHas(alone.run().succeeded().out(), other.toString());
    ChildJvm.Result result = ours().option(path).run().succeeded();
    assertFalse(result.out().contains(other.toString()), result.out());
    assertHas(result.out(), "sum 262144.0\n");
  }

  /**
   * A part of ours that cannot be loaded, as those for CUDA where there is no CUDA. On the default
   * path, where Debian has a libtorch, its part comes instead of ours, and the process crashes.
   */
  @Test
  void aPartThatCannotBeLoadedIsNotReplaced() throws Exception {
    Path broken = folder.resolve("broken");
    Files.createDirectories(broken.resolve(NATIVES));
    Files.writeString(broken.resolve(NATIVES).resolve("libtorch.so"), "broken");
    String cache = Loader.getCacheDir().toString();
    ChildJvm.Result result = ours().classPath(broken).run().succeeded();
    assertHas(result.out(), "sum 262144.0\n");
    assertEquals(
        List.of(),
        result.out().lines().filter(l -> l.contains("torch") && !l.contains(cache)).toList());
  }
}
