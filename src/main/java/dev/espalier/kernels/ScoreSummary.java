package dev.espalier.kernels;

/**
 * Statistics of the scores |w|·s of a block's linears taken together.
 *
 * @param count number of scores
 * @param outliers scores greater than the asked multiple of the mean
 * @param median the lower median, exact
 * @param standardDeviation with count − 1
 */
public record ScoreSummary(
    long count,
    long outliers,
    double sum,
    double mean,
    double median,
    double standardDeviation,
    double max) {}
