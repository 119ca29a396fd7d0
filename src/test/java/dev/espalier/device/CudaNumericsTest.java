package dev.espalier.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.kernels.Natives;
import dev.espalier.testing.ChildJvm;
import java.util.List;
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
      System.out.println(CudaNumerics.choices());
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
        List.of(
            "{cudnn_attention=true, flash_attention=true, tf32=true}",
            "{cudnn_attention=false, flash_attention=true, tf32=false}"),
        printed.lines().toList());
  }
}
