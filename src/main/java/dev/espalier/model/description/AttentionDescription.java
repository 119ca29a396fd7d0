package dev.espalier.model.description;

import java.util.List;
import java.util.stream.Stream;

/**
 * Causal self-attention; each key/value head serves heads / kvHeads consecutive query heads.
 *
 * @param heads number of query heads, a multiple of {@code kvHeads}
 * @param kvHeads number of key and value heads
 * @param headDim features of a head; heads · headDim need not be the hidden size
 * @param qkv what makes queries, keys and values
 * @param norms of queries and keys, or null if there are none
 * @param rotary of queries and keys, or null if they are not rotated
 * @param output [hidden, heads · headDim]
 */
public record AttentionDescription(
    int heads,
    int kvHeads,
    int headDim,
    QkvDescription qkv,
    HeadNorms norms,
    RotaryDescription rotary,
    ScoreDescription scores,
    LinearDescription output)
    implements OperationDescription {

  @Override
  public List<LinearDescription> linears() {
    return Stream.concat(qkv.linears().stream(), Stream.of(output)).toList();
  }

  @Override
  public List<TensorShape> tensors() {
    return Stream.concat(
            OperationDescription.super.tensors().stream(),
            Stream.ofNullable(norms).flatMap(both -> both.tensors().stream()))
        .toList();
  }

  /** Queries, keys, values and what they give, as if each key served one query. */
  @Override
  public long activations() {
    return 4L * heads * headDim;
  }

  /** Queries and keys before and after they are rotated, values, and what they give, twice. */
  @Override
  public long standing() {
    return (4L * heads + 3L * kvHeads) * headDim;
  }

  /**
   * In float32 libtorch fuses no grouped queries: the scores and their softmax. With a soft cap it
   * fuses none: scores, softmax and a copy of that for some queries, and the mask. A window takes
   * its mask, and a copy of keys and values for each query.
   */
  @Override
  public long scores(long length, boolean wide) {
    long square = length * length;
    if (scores.isCapped()) {
      return 3L * heads * Math.min(length, ScoreDescription.CAPPED_TOGETHER) * length + square;
    }
    if (scores.isNarrowerThan(length)) {
      return 2 * square + 2L * heads * headDim * length;
    }
    return wide && heads != kvHeads ? 2 * heads * square : 0;
  }
}
