package dev.espalier.model;

import dev.espalier.checkpoint.TensorEntry;
import dev.espalier.checkpoint.WeightSource;
import java.util.regex.Pattern;

/** Tensors of a checkpoint that no loader needs, by their names. */
final class WithoutEffect {
  /** Follow from config.json; old checkpoints hold them. */
  private static final Pattern ROTARY =
      Pattern.compile(
          "(.*\\.)?(rotary_emb|rotary|rope)\\.(inv_freq|cos_cached|sin_cached|freqs.*)");

  /** What attention does not see, as a square of ones and zeros or the value for it. */
  private static final Pattern MASK =
      Pattern.compile("(.*\\.)?(self_)?(attn|attention)\\.(masked_bias|bias|causal_mask|mask)");

  private static final Pattern NUMBERS = Pattern.compile("(.*\\.)?position_ids");

  private static final Pattern OTHER_PART =
      Pattern.compile(
          "(.*\\.)?[^.]*(vision|visual|image|video|audio|speech|projector|mm_|modal|resampler"
              + "|classifier|score|reward|v_head|value_head|medusa|eagle|mtp)[^.]*(\\..*)?");

  private WithoutEffect() {}

  static boolean is(String name, WeightSource weights) {
    return ROTARY.matcher(name).matches()
        || NUMBERS.matcher(name).matches()
        || (MASK.matcher(name).matches() && isMask(weights.entry(name)));
  }

  /** A bias has one dimension, and so many numbers as the linear has rows. */
  private static boolean isMask(TensorEntry tensor) {
    return tensor.shape().size() != 1 || tensor.elements() == 1;
  }

  /** Of a tower or head for something else than language. */
  static boolean isOfAnotherPart(String name) {
    return OTHER_PART.matcher(name).matches();
  }
}
