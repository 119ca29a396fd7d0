package dev.espalier.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.report.AllocationReport;
import dev.espalier.report.ComparedRun;
import dev.espalier.report.LinearSparsities;
import dev.espalier.report.PruneReport;
import dev.espalier.report.RunComparison;
import dev.espalier.testing.Slow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What has many columns or long names can be read on an ordinary screen. */
class WidePagesTest {
  private static final PruneReport PRUNED = Reports.of("model", 4, 9);

  @TempDir Path temp;

  private static byte[] allocations(int count) {
    List<AllocationReport.Plan> plans = new ArrayList<>();
    LinearSparsities linears =
        new LinearSparsities(List.of(Map.of("a.q_proj.weight", 0.3, "a.o_proj.weight", 0.9)));
    for (int i = 0; i < count; i++) {
      String file = "/home/somebody/allocations/of-the-model/ratios-%d.json".formatted(i % 2);
      plans.add(
          new AllocationReport.Plan(
              "file", Map.of("file", file), List.of(0.7), linears, List.of()));
    }
    return AllocationPage.of(
        new AllocationReport(
            "model", "unstructured", 0.7, Optional.empty(), 1, plans, PRUNED.origin(), List.of()));
  }

  private static byte[] comparison(String name) {
    ComparedRun run =
        new ComparedRun(
            name,
            "models/" + name,
            "1f",
            "2a",
            "sparsegpt",
            "alphapruning",
            "N:8 (each block or linear keeps its own N of 8)",
            OptionalDouble.of(0.7),
            0.7,
            Map.of(0, 0.7),
            new LinearSparsities(List.of()),
            Map.of(),
            PRUNED.perplexity(),
            OptionalDouble.of(4000),
            OptionalLong.of(1L << 36));
    return ComparisonPage.of(new RunComparison(List.of(run, run)), PRUNED.origin());
  }

  private void assertFits(int width, byte[] page) throws IOException, InterruptedException {
    Pages.assertTablesFit(width, Files.write(temp.resolve("page.html"), page), temp);
  }

  @Slow
  @Test
  void tablesAreNotCutOff() throws IOException, InterruptedException {
    assertFits(1280, allocations(8));
    assertFits(1280, comparison("Meta-Llama-3.1-70B-Instruct-wanda-alphapruning-Nof8-0.7"));
    assertFits(1280, PrunePage.of(PRUNED));
    assertFits(800, PrunePage.of(PRUNED));
  }

  /** What is wider than the screen all the same scrolls in a box of its own. */
  @Test
  void everyTableIsInABoxThatScrolls() {
    for (byte[] page : List.of(allocations(40), comparison("run"), PrunePage.of(PRUNED))) {
      String html = new String(page, StandardCharsets.UTF_8);
      assertEquals(
          html.split("<table", -1).length, html.split("class=\"scroll\"[^>]*><table", -1).length);
      assertTrue(html.contains(".scroll { overflow-x: auto; }"));
      assertFalse(Pattern.compile("(?<!-)width: *\\d{3,}px").matcher(html).find());
    }
  }

  @Test
  void aPageTellsWhereItComesFrom() {
    String html = new String(PrunePage.of(PRUNED), StandardCharsets.UTF_8);
    for (String fact :
        List.of(
            "espalier prune --model model",
            "2026-11-28 21:40 UTC",
            "libtorch 2",
            "JavaCPP 1",
            "Java " + Runtime.version(),
            System.getProperty("os.name"),
            "cuda:0, bfloat16, 16 threads",
            "1 h 08 min",
            "Perplexity on test.txt is 9.00; before pruning it was 5.40.",
            "dlp allocation is better than uniform")) {
      assertTrue(html.contains(fact), fact);
    }
  }

  @Test
  void everyPictureHasARoleAndATitle() {
    String html = new String(PrunePage.of(PRUNED), StandardCharsets.UTF_8);
    Matcher pictures =
        Pattern.compile(
                "<svg[^>]* role=\"img\" aria-labelledby=\"([^\"]+)\"><title id=\"\\1\">[^<]+</title>")
            .matcher(html);
    int found = 0;
    while (pictures.find()) {
      found++;
    }
    assertEquals(3, found);
    assertEquals(3, html.split("<svg", -1).length - 1);
  }
}
