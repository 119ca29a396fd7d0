package dev.espalier.bench;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A second of copying and multiplying, which shows how busy the machine is. */
final class SpeedProbe {
  private static final long HALF_SECOND = 500_000_000;
  private static final long COPIED = 64 << 20;
  private static final long SIZE = 1024;

  private SpeedProbe() {}

  /** Bytes read plus bytes written, and f32 operations. */
  record Speed(double bytesPerSecond, double flopsPerSecond) {
    @Override
    public String toString() {
      return "copy %.1f GB/s, f32 GEMM %.0f GFLOP/s"
          .formatted(bytesPerSecond / 1e9, flopsPerSecond / 1e9);
    }
  }

  static Speed run() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Tensor from = torch.ones(COPIED / Float.BYTES);
      Tensor to = torch.zeros_like(from);
      Tensor a = torch.randn(SIZE, SIZE);
      Tensor product = torch.zeros(SIZE, SIZE);
      return new Speed(
          2 * COPIED * perSecond(() -> to.copy_(from)),
          2.0 * SIZE * SIZE * SIZE * perSecond(() -> torch.mm_out(product, a, a)));
    }
  }

  private static double perSecond(Runnable run) {
    run.run();
    int runs = 0;
    long start = System.nanoTime();
    long elapsed = 0;
    while (elapsed < HALF_SECOND) {
      try (PointerScope scope = new PointerScope()) {
        run.run();
      }
      runs++;
      elapsed = System.nanoTime() - start;
    }
    return runs / (elapsed / 1e9);
  }
}
