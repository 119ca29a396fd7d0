package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import dev.espalier.device.Placement;
import dev.espalier.model.description.RotaryDescription;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The cosines and sines of {@link RotaryDescription}. They are computed in float32, then rounded to
 * the compute dtype, and grow with the longest sequence seen. Where the length of a text changes
 * the frequencies, they are those of the last one.
 */
final class RotaryTable implements AutoCloseable {
  private final RotaryDescription rotary;
  private final Placement placement;
  private float[] frequencies;
  private Tensor cosines; // [length, 1, features]: both halves alike
  private Tensor sines; // [length, 1, features / 2]

  RotaryTable(RotaryDescription rotary, Placement placement) {
    this.rotary = rotary;
    this.placement = placement;
  }

  /**
   * Rotates x [batch, length, heads, headDim], whose positions are 0 … length − 1. What is beyond
   * the rotated features stays as it is.
   */
  Tensor rotate(Tensor x) {
    int features = rotary.features();
    long rest = x.size(-1) - features;
    ensure(x.size(1));
    return rest == 0
        ? turn(x)
        : NativeMemory.compute(
            () ->
                torch.cat(
                    new TensorVector(turn(x.narrow(-1, 0, features)), x.narrow(-1, features, rest)),
                    -1));
  }

  private Tensor turn(Tensor x) {
    long length = x.size(1);
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
    float[] needed = rotary.frequencies(length);
    if (cosines != null && cosines.size(0) >= length && Arrays.equals(needed, frequencies)) {
      return;
    }
    close();
    frequencies = needed;
    Tensor angles = NativeMemory.own(() -> angles(length));
    try (angles) {
      cosines =
          NativeMemory.own(
              () -> {
                Tensor cosine = scaled(angles.cos());
                return placement.view(torch.cat(new TensorVector(cosine, cosine), -1));
              });
      sines = NativeMemory.own(() -> placement.view(scaled(angles.sin())));
    }
  }

  /** In place. */
  private Tensor scaled(Tensor values) {
    double magnitude = rotary.scaling().magnitude();
    return magnitude == 1 ? values : values.mul_(new Scalar(magnitude));
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
