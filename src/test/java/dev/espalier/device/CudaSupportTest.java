package dev.espalier.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.kernels.Kernels;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

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
    assertFalse(support.surprising());
  }

  @Test
  void aBuildForCudaNamesTheLibraryThatIsMissing() {
    assumeTrue(cudaBuild() && support.devices() == 0, "CUDA can be used, or was not meant to be");
    String obstacle = support.obstacle().orElseThrow();
    assertTrue(obstacle.matches("(?s).*(lib\\w+\\.so\\.\\d+|driver|nvcc).*"), obstacle);
    assertTrue(support.surprising());
  }
}
