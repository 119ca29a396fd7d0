package dev.espalier.job;

import dev.espalier.BadInputException;
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
   */
  public static List<Perplexity> run(EvaluateRequest request, Progress progress) {
    try (LoadedModel model = LoadedModel.open(request.model(), request.compute(), progress)) {
      int seqLen = model.seqLen(request.seqLen(), progress);
      List<Perplexity> results = new ArrayList<>();
      for (TokenWindows windows : model.evaluation(request.evaluation(), seqLen, progress)) {
        progress.begin("Evaluating", PerplexityMeter.passes(model.decoder()) * windows.count());
        results.add(Perplexity.measure(model.decoder(), windows, progress));
        progress.end();
      }
      model.tellHowTextsWereRead(progress);
      return results;
    }
  }
}
