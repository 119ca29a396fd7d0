package dev.espalier.model.description;

import dev.espalier.model.layer.LinearInput;

/**
 * A linear of a block, before it is loaded.
 *
 * @param name the full name of its weight, which has shape [outFeatures, inFeatures]
 * @param input the name of the {@link LinearInput} it reads
 * @param biasName the full name of its bias, of shape [outFeatures], or null if it has none
 */
public record LinearDescription(
    String name, String input, int outFeatures, int inFeatures, String biasName) {

  /** How many weights it has, the bias not counted. */
  public long parameters() {
    return (long) outFeatures * inFeatures;
  }
}
