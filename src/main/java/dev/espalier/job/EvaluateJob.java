package dev.espalier.job;

import dev.espalier.BadInputException;
import dev.espalier.NumericalException;
import dev.espalier.Progress;
import dev.espalier.evaluation.Perplexity;
import dev.espalier.evaluation.PerplexityMeter;
import dev.espalier.run.LoadedModel;
import dev.espalier.text.TokenWindows;
import java.util.ArrayList;
import java.util.List;

/** Measures a model's perplexity. */
public final class EvaluateJob {
  private EvaluateJob() {}

  /**
   * One perplexity per text, in order.
   *
   * @throws BadInputException if something the user gave cannot be used
   * @throws NumericalException if activations are not finite
   */
  public static List<Perplexity> run(EvaluateRequest request, Progress progress) {
    try (LoadedModel model = LoadedModel.open(request.model(), request.compute(), progress)) {
      int seqLen = model.seqLen(request.seqLen());
      List<Perplexity> results = new ArrayList<>();
      List<TokenWindows> texts = model.evaluation(request.evaluation(), seqLen, progress);
      model.tellShortContext(request.seqLen(), progress);
      for (TokenWindows windows : texts) {
        progress.begin("Evaluating", PerplexityMeter.passes(model.decoder()) * windows.count());
        Perplexity result = Perplexity.measure(model.decoder(), windows, progress);
        progress.end();
        if (Double.isInfinite(result.value())) {
          progress.warn(
              "The perplexity on %s is more than a number can hold; every loss is finite."
                  .formatted(windows.source()));
        }
        results.add(result);
      }
      model.tellHowTextsWereRead(progress);
      return results;
    }
  }
}
