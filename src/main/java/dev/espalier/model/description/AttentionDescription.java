package dev.espalier.model.description;

import java.util.List;

/**
 * Causal self-attention with rotary positions; each key/value head serves heads / kvHeads
 * consecutive query heads.
 *
 * @param heads number of query heads, a multiple of {@code kvHeads}
 * @param kvHeads number of key and value heads
 * @param headDim features of a head; heads · headDim need not be the hidden size
 * @param rotary of queries and keys; it rotates all of a head's features
 * @param query [heads · headDim, hidden]
 * @param key [kvHeads · headDim, hidden]
 * @param value [kvHeads · headDim, hidden]
 * @param output [hidden, heads · headDim]
 */
public record AttentionDescription(
    int heads,
    int kvHeads,
    int headDim,
    RotaryDescription rotary,
    LinearDescription query,
    LinearDescription key,
    LinearDescription value,
    LinearDescription output)
    implements OperationDescription {

  @Override
  public List<LinearDescription> linears() {
    return List.of(query, key, value, output);
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

  /** In float32 libtorch fuses no grouped queries: the scores and their softmax. */
  @Override
  public long scores(long length) {
    return heads == kvHeads ? 0 : 2 * heads * length * length;
  }
}
