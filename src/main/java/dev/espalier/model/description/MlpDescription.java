package dev.espalier.model.description;

/**
 * A gated feed-forward part: down(activation(gate(x)) · up(x)).
 *
 * @param intermediateSize features between up/gate and down
 * @param bias whether the three linears have biases
 */
public record MlpDescription(int intermediateSize, Activation activation, boolean bias) {}
