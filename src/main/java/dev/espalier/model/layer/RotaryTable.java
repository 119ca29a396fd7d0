package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import dev.espalier.device.Placement;
import dev.espalier.model.description.RotaryDescription;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The cosines and sines of {@link RotaryDescription}. They are computed in float32, then rounded to
 * the compute dtype, and grow with the longest sequence seen.
 */
final class RotaryTable implements AutoCloseable {
  private final float[] frequencies;
  private final Placement placement;
  private Tensor cosines; // [length, 1, features]: both halves alike
  private Tensor sines; // [length, 1, features / 2]

  RotaryTable(RotaryDescription rotary, Placement placement) {
    this.frequencies = rotary.frequencies();
    this.placement = placement;
  }

  /** Rotates x [batch, length, heads, headDim], whose positions are 0 … length − 1. */
  Tensor rotate(Tensor x) {
    long length = x.size(1);
    ensure(length);
    return NativeMemory.compute(
        () -> {
          int half = frequencies.length;
          Tensor sine = sines.narrow(0, 0, length);
          Tensor low = x.narrow(-1, 0, half);
          Tensor high = x.narrow(-1, half, half);
          Tensor rotated = x.mul(cosines.narrow(0, 0, length));
          rotated.narrow(-1, 0, half).sub_(high.mul(sine));
          rotated.narrow(-1, half, half).add_(low.mul(sine));
          return rotated;
        });
  }

  private void ensure(long length) {
    if (cosines != null && cosines.size(0) >= length) {
      return;
    }
    close();
    Tensor angles = NativeMemory.own(() -> angles(length));
    try (angles) {
      cosines =
          NativeMemory.own(
              () -> placement.view(torch.cat(new TensorVector(angles.cos(), angles.cos()), -1)));
      sines = NativeMemory.own(() -> placement.view(angles.sin()));
    }
  }

  /** The angle of each position and frequency: [length, 1, features / 2], float32, on the CPU. */
  private Tensor angles(long length) {
    float[] angles = new float[Math.toIntExact(length * frequencies.length)];
    for (int i = 0; i < angles.length; i++) {
      angles[i] = (float) (i / frequencies.length) * frequencies[i % frequencies.length];
    }
    return Tensor.create(angles, length, 1, frequencies.length);
  }

  @Override
  public void close() {
    if (cosines != null) {
      cosines.close();
      sines.close();
      cosines = null;
      sines = null;
    }
  }
}
