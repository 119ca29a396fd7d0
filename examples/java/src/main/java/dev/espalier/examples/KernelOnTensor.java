package dev.espalier.examples;

import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Natives;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Calls a kernel on a libtorch tensor: 2 of every 4 weights stay. */
public final class KernelOnTensor {
  private KernelOnTensor() {}

  /**
   * @param args none
   */
  public static void main(String[] args) {
    Natives.load(); // before the first tensor; all else in Espalier sees to that by itself
    try (PointerScope scope = new PointerScope()) {
      Tensor weight = torch.randn(1024, 4096);
      Kernels.pruneNofM(weight, 2, 4);
      System.out.println(Kernels.countZeros(weight) + " of " + weight.numel() + " are zero.");
    }
  }
}
