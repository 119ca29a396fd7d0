package dev.espalier.report;

import dev.espalier.evaluation.Perplexity;
import java.util.OptionalDouble;

/**
 * One corpus, one protocol, the models side by side.
 *
 * @param uniform of a uniform allocation at the same sparsity, where that was measured
 */
public record CorpusPerplexity(
    Perplexity.Protocol protocol, double dense, double pruned, OptionalDouble uniform) {}
