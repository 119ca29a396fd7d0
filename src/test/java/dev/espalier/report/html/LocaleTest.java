package dev.espalier.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.report.AllocationReport;
import dev.espalier.report.LinearSparsities;
import dev.espalier.report.PruneReport;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A program that calls a job may have any default locale. */
class LocaleTest {
  private static final PruneReport PRUNED = Reports.of("model", 4, 9);

  private static final AllocationReport ALLOCATED =
      new AllocationReport(
          "model",
          "unstructured",
          0.7,
          Optional.of(PRUNED.calibration()),
          2,
          List.of(
              new AllocationReport.Plan(
                  "dlp",
                  Map.of("alpha", 0.15),
                  List.of(0.65, 0.75),
                  new LinearSparsities(List.of()),
                  List.of())),
          PRUNED.origin(),
          List.of());

  private static String in(Locale locale, Supplier<byte[]> page) {
    Locale usual = Locale.getDefault();
    Locale.setDefault(locale);
    try {
      return new String(page.get(), StandardCharsets.UTF_8);
    } finally {
      Locale.setDefault(usual);
    }
  }

  private static void assertSame(Supplier<byte[]> page) {
    assertEquals(in(Locale.ROOT, page), in(Locale.GERMANY, page));
  }

  @Test
  void pagesAreTheSameInGermany() {
    assertSame(() -> PrunePage.of(PRUNED));
    assertSame(() -> AllocationPage.of(ALLOCATED));
  }
}
