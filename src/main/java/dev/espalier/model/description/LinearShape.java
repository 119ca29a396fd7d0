package dev.espalier.model.description;

/**
 * A prunable weight matrix.
 *
 * @param name as in the checkpoint
 */
public record LinearShape(String name, long outFeatures, long inFeatures) {
  public long parameters() {
    return outFeatures * inFeatures;
  }
}
