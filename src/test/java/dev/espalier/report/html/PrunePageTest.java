package dev.espalier.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.report.PruneReport;
import dev.espalier.report.plot.Plots;
import dev.espalier.testing.JavaProcess;
import dev.espalier.testing.Slow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrunePageTest {
  @TempDir Path temp;

  private static String page(PruneReport report) {
    return new String(PrunePage.of(report), StandardCharsets.UTF_8);
  }

  private static int plots(String page) {
    return page.split("<svg", -1).length - 1;
  }

  @Slow
  @Test
  void whatCudaComputedWithIsSaid() throws IOException {
    String page = page(Reports.of("model", 2, 9));
    assertTrue(page.contains("flash attention on, TF32 off"), page);
  }

  @Test
  void eightyBlocksAreReadable() throws IOException, InterruptedException {
    Path page =
        Files.write(temp.resolve("report.html"), PrunePage.of(Reports.of("Llama-70b", 80, 9)));
    Pages.assertReadable(
        page,
        temp,
        3,
        "Llama-70b",
        "q_proj",
        "down_proj",
        "layers.79.mlp",
        "1 h 06 min",
        "All 560");
    assertTrue(Files.size(page) < 1_000_000, "" + Files.size(page));
  }

  @Test
  void longNamesLeaveRoomForNumbersOnAPhone() throws IOException, InterruptedException {
    Path page = Files.write(temp.resolve("report.html"), PrunePage.of(Reports.of("model", 2, 9)));
    Pages.assertTablesFitPhone(page, temp);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 24, 25})
  void anyNumberOfBlocksIsDrawn(int blocks) {
    assertEquals(3, plots(page(Reports.of("model", blocks, 9))));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, 1e30})
  void aModelThatIsGoneIsReported(double perplexity) {
    assertEquals(3, plots(page(Reports.of("model", 4, perplexity))));
  }

  @Test
  void namesAreNoMarkup() {
    String page = page(Reports.of("<script>alert(1)</script>\"&amp;", 2, 9));
    Pages.assertSelfContained(page);
    assertTrue(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;amp;"));
  }

  @Test
  void whatCannotBeDrawnIsSaid() {
    String figures =
        Figures.of(
                Plots.of(Reports.of("model", 2, 9)),
                (plot, id) -> {
                  throw new InternalError(new NullPointerException("no <fonts>"));
                })
            .render();
    assertTrue(figures.contains("There are no plots"), figures);
    assertTrue(figures.contains("(no &lt;fonts&gt;)"), figures);
  }

  /** As in a container with a JDK and nothing else. */
  @Slow
  @Test
  void aMachineWithoutFontsGetsTheTables() throws IOException, InterruptedException {
    Path fonts = Files.writeString(temp.resolve("fonts.conf"), "<fontconfig></fontconfig>");
    Path page = temp.resolve("report.html");
    ProcessBuilder java =
        new ProcessBuilder(
            JavaProcess.command(
                List.of(
                    "-Duser.home=" + temp, // where the JDK keeps what it knows of fonts
                    "-Dorg.bytedeco.javacpp.cachedir=" + Loader.getCacheDir()),
                WriteOne.class,
                page));
    java.environment().put("FONTCONFIG_FILE", fonts.toString());
    Path log = temp.resolve("log");
    assertEquals(
        0,
        java.redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor(),
        () -> "see " + log);
    String html = Files.readString(page);
    assertTrue(html.contains("There are no plots"), html);
    assertTrue(html.contains("layers.1.mlp.down_proj"), html);
    assertFalse(html.contains("<svg"), html);
  }

  /** A program that writes a page. */
  static final class WriteOne {
    public static void main(String[] args) throws IOException {
      Files.write(Path.of(args[0]), PrunePage.of(Reports.of("model", 2, 9)));
    }
  }
}
