package dev.espalier.job;

import dev.espalier.NumericalException;
import dev.espalier.Progress;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.evaluation.MeasuredBlocks;
import dev.espalier.evaluation.Perplexity;
import dev.espalier.evaluation.PerplexityMeter;
import dev.espalier.model.DecoderModel;
import dev.espalier.report.CorpusPerplexity;
import dev.espalier.run.PruningRun;
import dev.espalier.run.Warnings;
import dev.espalier.text.TokenWindows;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The dense model, the pruned one and, where asked for, a uniformly pruned one on the same texts.
 */
final class PerplexityComparison {
  private final PruningRun run;
  private final List<TokenWindows> texts;
  private final boolean withUniform;

  /**
   * @param withUniform whether to prune uniformly, too
   */
  PerplexityComparison(PruningRun run, List<TokenWindows> texts, boolean withUniform) {
    this.run = run;
    this.texts = texts;
    this.withUniform = withUniform;
  }

  /** One result per text, in order. */
  List<CorpusPerplexity> measure(DecoderModel pruned) {
    List<Double> uniform =
        withUniform ? run.clock().time("compare", this::measureUniform) : List.of();
    List<CorpusPerplexity> results = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      Perplexity dense = measure(run.model(), texts.get(i), "Evaluating the dense model");
      results.add(
          new CorpusPerplexity(
              dense.protocol(),
              dense.value(),
              measure(pruned, texts.get(i), "Evaluating the pruned model").value(),
              uniform.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(uniform.get(i))));
    }
    return results;
  }

  /** Not a number where there is no computing: the pruned model is finished, whatever it is. */
  private Perplexity measure(DecoderModel model, TokenWindows text, String task) {
    Progress progress = run.notes();
    progress.begin(task, PerplexityMeter.passes(model) * text.count());
    Perplexity result = run.clock().time("evaluate", () -> measured(model, text, task));
    progress.end();
    return result;
  }

  private Perplexity measured(DecoderModel model, TokenWindows text, String task) {
    try {
      return Perplexity.measure(model, text, run.notes());
    } catch (NumericalException e) {
      run.notes().warn("%s gives no perplexity: %s.".formatted(task, e.getMessage()));
      return new Perplexity(
          Double.NaN, Perplexity.Protocol.of(text, model.placement().dtypeName()));
    }
  }

  /** Prunes uniformly without storing anything. */
  private List<Double> measureUniform() {
    List<PerplexityMeter> meters = new ArrayList<>();
    try {
      for (TokenWindows text : texts) {
        meters.add(new PerplexityMeter(run.model(), text, run.memory(), run.notes()));
      }
      long windows = texts.stream().mapToLong(TokenWindows::count).sum();
      return run.prune(
          "Comparing with uniform",
          run.plan(new UniformAllocation()),
          new MeasuredBlocks(meters),
          PerplexityMeter.passes(run.model()) * windows,
          () -> meters.stream().map(meter -> meter.finish().value()).toList());
    } catch (NumericalException e) {
      // The model that was asked for is finished, whatever becomes of the other.
      run.notes().end();
      run.notes().warn(Warnings.noComparison(e.getMessage()));
      return Collections.nCopies(texts.size(), Double.NaN);
    } finally {
      meters.forEach(PerplexityMeter::close);
    }
  }
}
