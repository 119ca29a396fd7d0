/**
 * From corpora to token windows, and the statistics of a block's inputs.
 *
 * <p>A {@link dev.espalier.calibration.Corpus} is a text or a list of documents. A {@link
 * dev.espalier.calibration.WindowSampler} draws calibration windows from it exactly as the
 * published loaders do, down to Python's random numbers; {@link
 * dev.espalier.calibration.EvaluationWindows} cuts it into consecutive windows for perplexity. Both
 * give {@link dev.espalier.calibration.TokenWindows}, which the model then reads, and while a block
 * reads them the statistics of its inputs are gathered here.
 */
package dev.espalier.calibration;
