package dev.espalier.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.kernels.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaSupportTest {
  private final CudaSupport support = CudaSupport.probe();

  private static boolean cudaBuild() {
    return Loader.load(torch.class).contains("-gpu");
  }

  @Test
  void thereIsAnObstacleExactlyWhereThereIsNoDevice() {
    assertEquals(support.devices() == 0, support.obstacle().isPresent());
    assertEquals(torch.cuda_is_available() && Kernels.cudaDevices() > 0, support.devices() > 0);
  }

  @Test
  void aBuildForTheCpuSaysHowToMakeAnother() {
    assumeTrue(!cudaBuild(), "libtorch has CUDA");
    String obstacle = support.obstacle().orElseThrow();
    assertTrue(obstacle.contains("-Pgpu"), obstacle);
    assertEquals(Files.exists(Path.of("/dev/nvidia0")), support.surprising());
  }

  @Test
  void aGpuThatABuildForTheCpuCannotUseIsWorthANote(@TempDir Path temp) throws IOException {
    Path gpu = temp.resolve("nvidia0");
    assertEquals(
        CudaSupport.none("this build has libtorch for the CPU only; build with -Pgpu", false),
        CudaSupport.none(gpu));
    Files.createFile(gpu);
    assertEquals(
        CudaSupport.none(
            "this machine has an NVIDIA GPU (%s), but this build has libtorch for the CPU only;"
                    .formatted(gpu)
                + " build with -Pgpu",
            true),
        CudaSupport.none(gpu));
  }

  @Test
  void aDriverThatIsTooOldIsNamed() {
    String old = "the NVIDIA driver is for CUDA 12.4, this build needs 13.0; update the driver";
    for (boolean torchHasDevices : new boolean[] {false, true}) {
      assertEquals(old, CudaSupport.obstacle(torchHasDevices, Optional.empty(), Optional.of(old)));
    }
  }

  @Test
  void aDriverThatIsMissingComesBeforeWhatTheRuntimeMakesOfIt() {
    String obstacle =
        CudaSupport.obstacle(false, Optional.of("libcuda.so.1: no such file"), Optional.of("?"));
    assertEquals(
        "the NVIDIA driver could not be loaded (libcuda.so.1: no such file); install it", obstacle);
  }

  @Test
  void aBuildForCudaNamesTheLibraryThatIsMissing() {
    assumeTrue(cudaBuild() && support.devices() == 0, "CUDA can be used, or was not meant to be");
    String obstacle = support.obstacle().orElseThrow();
    assertTrue(
        obstacle.matches("(?s).*(lib\\w+\\.so\\.\\d+|driver|nvcc|CUDA cannot be used).*"),
        obstacle);
    assertTrue(support.surprising());
  }
}
