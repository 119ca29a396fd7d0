package dev.espalier.model.description;

import java.util.function.DoubleUnaryOperator;

/**
 * How rotary position embeddings are stretched beyond the context a model was first trained on. All
 * arithmetic is in float32, as in the reference library.
 */
public sealed interface RotaryScaling
    permits RotaryScaling.None,
        RotaryScaling.Linear,
        RotaryScaling.Llama3,
        DynamicScaling,
        YarnScaling,
        LongRopeScaling {

  /**
   * The features / 2 frequencies, in radians per position, highest first.
   *
   * @param features of a head that are rotated
   * @param theta the base of the geometric series of the unscaled frequencies
   * @param length of the text
   */
  float[] frequencies(int features, double theta, long length);

  /** What cosines and sines are multiplied by. */
  default double magnitude() {
    return 1;
  }

  /** The unscaled frequencies. */
  static float[] unscaled(int features, double theta) {
    return each(features, theta, frequency -> frequency);
  }

  private static float[] each(int features, double theta, DoubleUnaryOperator change) {
    float[] frequencies = new float[features / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float exponent = 2f * i / features;
      frequencies[i] = (float) change.applyAsDouble(1 / (float) Math.pow(theta, exponent));
    }
    return frequencies;
  }

  /** No scaling. */
  record None() implements RotaryScaling {
    @Override
    public float[] frequencies(int features, double theta, long length) {
      return unscaled(features, theta);
    }
  }

  /** Positions divided by {@code factor}. */
  record Linear(double factor) implements RotaryScaling {
    @Override
    public float[] frequencies(int features, double theta, long length) {
      return each(features, theta, frequency -> (float) frequency / (float) factor);
    }
  }

  /**
   * LLaMA 3.1: long waves are divided by {@code factor}, short ones kept, those between blended.
   *
   * @param lowFrequencyFactor waves longer than originalMaxPositions / this are long
   * @param highFrequencyFactor waves shorter than originalMaxPositions / this are short
   */
  record Llama3(
      double factor,
      double lowFrequencyFactor,
      double highFrequencyFactor,
      int originalMaxPositions)
      implements RotaryScaling {
    @Override
    public float[] frequencies(int features, double theta, long length) {
      return each(features, theta, frequency -> scale((float) frequency));
    }

    private float scale(float frequency) {
      float waveLength = (float) (2 * Math.PI) / frequency;
      float stretched = frequency / (float) factor;
      if (waveLength > originalMaxPositions / lowFrequencyFactor) {
        return stretched;
      }
      if (waveLength < originalMaxPositions / highFrequencyFactor) {
        return frequency;
      }
      float blend =
          (originalMaxPositions / waveLength - (float) lowFrequencyFactor)
              / (float) (highFrequencyFactor - lowFrequencyFactor);
      return (1 - blend) * stretched + blend * frequency;
    }
  }
}
