package dev.espalier.report;

import dev.espalier.pruning.LinearError;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A pruning run as others are compared with it: what its {@code espalier.json} tells, whichever
 * version wrote it.
 *
 * @param name what the user knows it by
 * @param model the input folder, as the user named it
 * @param checkpoint the model's digest by its files, equal only for the same files; empty if
 *     unknown
 * @param content the model's digest by what it holds, equal for copies; empty if unknown
 * @param target the sparsity asked for
 * @param achieved the sparsity of all prunable weights
 * @param blockSparsities by block index
 * @param linears of each linear, as far as known
 * @param errors the mean over a block's linears, by what it is an error of and by block index
 * @param seconds wall-clock time of all phases
 * @param peakBytes the largest resident memory
 */
public record ComparedRun(
    String name,
    String model,
    String checkpoint,
    String content,
    String method,
    String allocation,
    String pattern,
    OptionalDouble target,
    double achieved,
    Map<Integer, Double> blockSparsities,
    LinearSparsities linears,
    Map<LinearError.Measure, Map<Integer, Double>> errors,
    List<CorpusPerplexity> perplexity,
    OptionalDouble seconds,
    OptionalLong peakBytes) {}
