/**
 * From corpora to token windows.
 *
 * <p>A {@link dev.espalier.text.Corpus} is a text or a list of documents. A {@link
 * dev.espalier.text.WindowSampler} draws calibration windows from it exactly as the published
 * loaders do, down to Python's random numbers; {@link dev.espalier.text.EvaluationWindows} cuts it
 * into consecutive windows for perplexity. Both give {@link dev.espalier.text.TokenWindows}, which
 * the model then reads.
 */
package dev.espalier.text;
