package dev.espalier.report;

import java.util.ArrayList;
import java.util.List;

/** What a pruning run cost its model, in sentences. */
public final class Verdict {
  private Verdict() {}

  /** Against uniform pruning, one for each text; none where uniform was not measured. */
  public static List<String> againstUniform(PruneReport report) {
    List<String> sentences = new ArrayList<>();
    List<String> names = ReportTables.corpora(report);
    for (int i = 0; i < names.size(); i++) {
      CorpusPerplexity corpus = report.perplexity().get(i);
      if (corpus.uniform().isPresent()) {
        String where = names.size() > 1 ? names.get(i) + ": " : "";
        sentences.add(where + againstUniform(report.allocation().name(), corpus));
      }
    }
    return List.copyOf(sentences);
  }

  /** Against the dense model, one for each text, or that there was none. */
  public static List<String> againstDense(PruneReport report) {
    if (report.perplexity().isEmpty()) {
      return List.of("Perplexity was not measured.");
    }
    List<String> sentences = new ArrayList<>();
    List<String> names = ReportTables.corpora(report);
    for (int i = 0; i < names.size(); i++) {
      CorpusPerplexity corpus = report.perplexity().get(i);
      sentences.add(
          "Perplexity on %s is %s; before pruning it was %s."
              .formatted(
                  names.get(i),
                  Quantities.perplexity(corpus.pruned()),
                  Quantities.perplexity(corpus.dense())));
    }
    return List.copyOf(sentences);
  }

  private static String againstUniform(String name, CorpusPerplexity corpus) {
    double uniform = corpus.uniform().orElseThrow();
    double allocated = corpus.pruned();
    if (!Double.isFinite(allocated) || !Double.isFinite(uniform)) {
      return incomparable(name, allocated, uniform);
    }
    if (allocated < uniform) {
      return sentence(name, "uniform", allocated, uniform);
    }
    return uniform < allocated
        ? sentence("uniform", name, uniform, allocated)
        : "On this model %s and uniform allocation do not differ.".formatted(name);
  }

  private static String incomparable(String name, double allocated, double uniform) {
    String broken =
        Double.isFinite(uniform)
            ? name
            : Double.isFinite(allocated) ? "uniform" : name + " and uniform";
    return "On this model the perplexity with %s allocation is not finite, so that the two cannot be compared."
        .formatted(broken);
  }

  private static String sentence(String better, String worse, double lower, double higher) {
    return "On this model %s allocation is better than %s: perplexity %s instead of %s."
        .formatted(better, worse, Quantities.perplexity(lower), Quantities.perplexity(higher));
  }
}
