package dev.espalier.model.description;

/**
 * Causal self-attention with rotary positions; each key/value head serves heads / kvHeads
 * consecutive query heads.
 *
 * @param heads number of query heads, a multiple of {@code kvHeads}
 * @param kvHeads number of key and value heads
 * @param headDim features of a head, even; heads · headDim need not be the hidden size
 * @param inputBias whether query, key and value have biases
 * @param outputBias whether the output linear has a bias
 */
public record AttentionDescription(
    int heads,
    int kvHeads,
    int headDim,
    boolean inputBias,
    boolean outputBias,
    RotaryDescription rotary) {}
