package dev.espalier.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.kernels.Natives;
import dev.espalier.testing.ChildJvm;
import java.util.List;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** In a process of its own, for the choices are the whole process's. */
class CudaNumericsTest {
  /** Prints whether float32 products may be less, and whether attention may be cuDNN's or flash. */
  static final class Choices {
    public static void main(String[] arguments) {
      Natives.load();
      print();
      CudaNumerics.fix();
      print();
    }

    private static void print() {
      Context context = torch.globalContext();
      System.out.println(
          List.of(
              context.allowTF32CuBLAS(),
              context.allowTF32CuDNN(),
              context.userEnabledCuDNNSDP(),
              context.userEnabledFlashSDP()));
    }
  }

  @Test
  void theEnvironmentDoesNotDecide() throws Exception {
    String printed =
        new ChildJvm(Choices.class)
            .environment("TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "1")
            .run()
            .succeeded()
            .out();
    assertEquals(
        List.of("[true, true, true, true]", "[false, false, false, true]"),
        printed.lines().toList());
  }
}
