package dev.espalier.model.description;

import java.util.ArrayList;
import java.util.List;

/**
 * How hidden states become logits: cap · tanh(weight · projection(norm(x)) / cap).
 *
 * @param norm or null if there is none
 * @param projection the full name of its weight, of shape [features, hiddenSize], or null
 * @param weight the full name of its weight, of the shape of the embedding's table; what it is
 *     usually called where the head is tied
 * @param tied whether its weight is the embedding's table
 * @param cap the soft cap, infinite if there is none
 */
public record HeadDescription(
    NormDescription norm, String projection, String weight, boolean tied, double cap) {

  /** A head without projection and cap. */
  public static HeadDescription of(NormDescription norm, String weight, boolean tied) {
    return new HeadDescription(norm, null, weight, tied, Double.POSITIVE_INFINITY);
  }

  /** The same with a soft cap. */
  public HeadDescription capped(double by) {
    return new HeadDescription(norm, projection, weight, tied, by);
  }

  /** Whether there is a soft cap. */
  public boolean isCapped() {
    return Double.isFinite(cap);
  }

  List<TensorShape> tensors(EmbeddingDescription embedding, int hiddenSize) {
    List<TensorShape> tensors = new ArrayList<>();
    if (norm != null) {
      tensors.addAll(norm.tensors());
    }
    if (projection != null) {
      tensors.add(TensorShape.of(projection, embedding.features(), hiddenSize));
    }
    if (!tied) {
      tensors.add(TensorShape.of(weight, embedding.vocabularySize(), embedding.features()));
    }
    return tensors;
  }
}
