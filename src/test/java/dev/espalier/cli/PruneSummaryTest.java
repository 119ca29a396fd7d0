package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.evaluation.Perplexity;
import dev.espalier.report.CorpusPerplexity;
import dev.espalier.report.Origin;
import dev.espalier.report.PruneReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PruneSummaryTest {
  private static PruneReport report(double pruned, double uniform, String... texts) {
    return new PruneReport(
        "model",
        "1f2e",
        "2a3b",
        "pruned/model",
        "wanda",
        Map.of(),
        new PruneReport.Allocation("dlp", Map.of(), "", List.of()),
        "unstructured",
        "exact",
        0.7,
        false,
        new PruneReport.Calibration("train.txt", 128, 2048, 0, "abc"),
        new PruneReport.Compute("cpu", "float32", 2, new TreeMap<>()),
        List.of(),
        Stream.of(texts)
            .map(
                text ->
                    new CorpusPerplexity(
                        new Perplexity.Protocol(text, "9a8b", 2048, 146, "float32"),
                        5.4,
                        pruned,
                        OptionalDouble.of(uniform)))
            .toList(),
        Origin.now(Optional.empty()),
        1,
        List.of(),
        List.of(),
        List.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "8.5 | 9 | dlp allocation is better than uniform: perplexity 8.50 instead of 9.00.",
        "9 | 8.5 | uniform allocation is better than dlp: perplexity 8.50 instead of 9.00.",
        "9 | 9 | dlp and uniform allocation do not differ.",
        "NaN | 9 | the perplexity with dlp allocation is not finite, so that the two cannot be compared.",
        "9 | NaN | the perplexity with uniform allocation is not finite, so",
        "Infinity | 9 | the perplexity with dlp allocation is not finite, so",
        "9 | Infinity | the perplexity with uniform allocation is not finite, so",
        "NaN | Infinity | the perplexity with dlp and uniform allocation is not finite, so",
      })
  void theVerdictIsHonest(double pruned, double uniform, String verdict) {
    String summary = PruneSummary.of(report(pruned, uniform, "test.txt"), false, Colours.NONE);
    assertTrue(summary.contains("\nOn this model " + verdict), summary);
  }

  @Test
  void textsOfOneNameAreToldApart() {
    PruneReport report = report(8.5, 9, "/texts/en/test.txt", "/texts/de/test.txt", "wiki.txt");
    String summary = PruneSummary.of(report, false, Colours.NONE);
    for (String name : new String[] {"en/test.txt", "de/test.txt", "wiki.txt"}) {
      assertTrue(summary.contains("\n" + name + ": On this model dlp"), summary);
      assertTrue(summary.matches("(?s).*\n" + name + " +5.40 +9.00 +8.50\n.*"), summary);
    }
  }
}
