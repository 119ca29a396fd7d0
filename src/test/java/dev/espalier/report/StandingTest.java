package dev.espalier.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StandingTest {
  private static final Trial UNIFORM = new Trial("uniform", Map.of(), 92.35, 90, false);
  private static final Trial BEST = atp(0.02, 76.9, 75, false);

  private static Trial atp(double beta, double perplexity, double atHalf, boolean stopped) {
    return new Trial("atp", Map.of("beta", beta), perplexity, atHalf, stopped);
  }

  private static String table(Trial... trials) {
    return ReportTables.trials(List.of(trials)).toString();
  }

  @Test
  void ofAStoppedTrialOnlyWhatIsKnownIsTold() {
    Trial stopped = atp(0.05, 98.190123, 96, true);
    assertEquals(
        """
        allocation                         perplexity
        uniform                                 92.35
        atp (beta 0.02)                         76.90  best
        atp (beta 0.05)  stopped at half, 28 % behind
        """,
        table(UNIFORM, BEST, stopped));
    assertTrue(table(BEST, atp(0.03, 77, 75.03, true)).contains("half, less than 0.1 % behind"));
    assertTrue(table(BEST, atp(0.03, 78, 76.5, true)).contains("stopped at half, 2.0 % behind"));
  }

  @Test
  void anEstimateCannotWin() {
    Standing standing = new Standing(List.of(UNIFORM, BEST, atp(0.05, 10, 96, true)));
    assertEquals(Optional.of(BEST), standing.best());
    assertEquals(Optional.empty(), new Standing(List.of(atp(0, Double.NaN, 1, false))).best());
  }

  @Test
  void aPlotGoesOverTheParameterThatAloneVaries() {
    assertEquals(
        Optional.of("beta"), new Standing(List.of(UNIFORM, BEST, atp(0.05, 9, 9, true))).varied());
    Trial dlp = new Trial("dlp", Map.of("alpha", 0.1), 80, 80, false);
    assertFalse(new Standing(List.of(UNIFORM, BEST, dlp)).varied().isPresent());
    assertFalse(new Standing(List.of(UNIFORM, BEST)).varied().isPresent());
    Trial mean = new Trial("dlp", Map.of("alpha", 0.1, "statistic", "mean"), 80, 80, false);
    Trial median = new Trial("dlp", Map.of("alpha", 0.1, "statistic", "median"), 81, 80, false);
    assertFalse(new Standing(List.of(mean, median)).varied().isPresent());
  }
}
