package dev.espalier.model.description;

/**
 * How rotary position embeddings are stretched beyond the context a model was first trained on: a
 * change of each frequency on its own. All arithmetic is in float32, as in the reference library.
 */
public sealed interface RotaryScaling {

  /** The frequency (radians per position) to use instead of the unscaled one. */
  float scale(float frequency);

  /** No scaling. */
  record None() implements RotaryScaling {
    @Override
    public float scale(float frequency) {
      return frequency;
    }
  }

  /** Positions divided by {@code factor}. */
  record Linear(double factor) implements RotaryScaling {
    @Override
    public float scale(float frequency) {
      return frequency / (float) factor;
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
    public float scale(float frequency) {
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
