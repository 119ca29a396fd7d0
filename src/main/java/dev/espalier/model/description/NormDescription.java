package dev.espalier.model.description;

/**
 * A root-mean-square normalisation: x / sqrt(mean(x²) + epsilon) · weight.
 *
 * @param epsilon added to the mean square
 */
public record NormDescription(double epsilon) {}
