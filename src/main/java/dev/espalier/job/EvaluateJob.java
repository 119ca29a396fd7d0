package dev.espalier.job;

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

  /** One perplexity per text, in order. */
  public static List<Perplexity> run(EvaluateRequest request, Progress listener) {
    try (LoadedModel model = LoadedModel.open(request.model(), request.compute())) {
      int seqLen = model.seqLen(request.seqLen(), listener);
      List<Perplexity> results = new ArrayList<>();
      for (TokenWindows windows : model.evaluation(request.evaluation(), seqLen)) {
        listener.begin("Evaluating", PerplexityMeter.passes(model.decoder()) * windows.count());
        results.add(Perplexity.measure(model.decoder(), windows, listener));
        listener.end();
      }
      return results;
    }
  }
}
