package dev.espalier.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.espalier.NativeException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class KernelsTest {
  @Test
  void countsZerosOfTensor() {
    try (var scope = new PointerScope()) {
      assertEquals(12, Kernels.countZeros(torch.zeros(3, 4)));
      assertEquals(0, Kernels.countZeros(torch.ones(3, 4)));
    }
  }

  @Test
  void saysWhichArgumentIsWrong() {
    try (var scope = new PointerScope()) {
      var wrong = torch.zeros(3, 4).to(torch.ScalarType.Long);
      var e = assertThrows(NativeException.class, () -> Kernels.countZeros(wrong));
      assertEquals(NativeException.Code.INVALID_ARGUMENT, e.code());
    }
  }
}
