package dev.espalier.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.testing.Browser;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What every page has to be. */
public final class Pages {
  private static final int PHONE = 390;

  /** Tells the page around how wide it is, and how many of its tables are wider than their box. */
  private static final String TELL =
      """
      <script>
        const root = document.documentElement;
        const boxes = [...document.querySelectorAll(".scroll")];
        const cut = () => boxes.filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth).length;
        onload = () =>
          parent.postMessage(root.scrollWidth + " of " + innerWidth + ", cut: " + cut(), "*");
      </script>
      """;

  /** A frame, since browsers make no window as narrow as a phone. */
  private static final String FRAME =
      """
      <!DOCTYPE html>
      <script>
        onmessage = (told) => document.documentElement.dataset.widths = told.data;
      </script>
      <iframe src="measured.html" width="%d" height="844" style="border: 0"></iframe>
      """;

  private Pages() {}

  /** Nothing is fetched, nothing is run, and no two elements share a name. */
  static void assertSelfContained(String html) {
    for (String pattern :
        List.of(
            "\\ssrc=", "\\shref=", "@import", "url\\((?!#)", "<script", "<link", "\\son\\w+=")) {
      assertFalse(Pattern.compile(pattern).matcher(html).find(), pattern);
    }
    Set<String> ids = new HashSet<>();
    Matcher names = Pattern.compile("\\sid=\"([^\"]*)\"").matcher(html);
    while (names.find()) {
      assertTrue(ids.add(names.group(1)), names.group());
    }
    Matcher uses = Pattern.compile("url\\(#([^)]*)\\)").matcher(html);
    while (uses.find()) {
      assertTrue(ids.contains(uses.group(1)), uses.group());
    }
  }

  /**
   * Renders on a phone and a desktop.
   *
   * @param texts what must be there to read
   */
  public static void assertReadable(Path page, Path scratch, int plots, String... texts)
      throws IOException, InterruptedException {
    String html = Files.readString(page);
    assertSelfContained(html);
    Browser browser = Browser.inFolder(scratch);
    Matcher widths = measured(html, PHONE, browser, scratch);
    assertEquals(PHONE, Integer.parseInt(widths.group(2)));
    assertTrue(Integer.parseInt(widths.group(1)) <= PHONE, widths.group());
    String dom = browser.dom(page);
    assertEquals(plots, dom.split("<svg", -1).length - 1);
    for (String text : texts) {
      assertTrue(dom.contains(text), () -> "no '" + text + "' in: " + dom);
    }
    assertShowsSomething(browser.screenshot(page, PHONE, 844));
    assertShowsSomething(browser.screenshot(page, 1280, 800));
  }

  /** Every table, also of what has to be opened, can be read in a window without scrolling it. */
  static void assertTablesFit(int width, Path page, Path scratch)
      throws IOException, InterruptedException {
    String opened = Files.readString(page).replace("<details>", "<details open>");
    Matcher widths = measured(opened, width, Browser.inFolder(scratch), scratch);
    assertEquals("0", widths.group(3), "tables that are cut off");
    assertTrue(Integer.parseInt(widths.group(1)) <= width, widths.group());
  }

  /** Every table that is shown can be read on a phone without scrolling it. */
  static void assertTablesFitPhone(Path page, Path scratch)
      throws IOException, InterruptedException {
    Matcher widths = measured(Files.readString(page), PHONE, Browser.inFolder(scratch), scratch);
    assertEquals("0", widths.group(3), "tables that are cut off");
  }

  /** Widths of the content and of the window, and how many tables are cut off. */
  private static Matcher measured(String html, int width, Browser browser, Path scratch)
      throws IOException, InterruptedException {
    Files.writeString(scratch.resolve("measured.html"), html + TELL);
    String frame =
        browser.dom(Files.writeString(scratch.resolve("frame.html"), FRAME.formatted(width)));
    Matcher widths =
        Pattern.compile("data-widths=\"(\\d+) of (\\d+), cut: (\\d+)\"").matcher(frame);
    assertTrue(widths.find(), frame);
    return widths;
  }

  /** Ink in every sixth of the image's height: neither blank nor a line of an error. */
  private static void assertShowsSomething(BufferedImage image) {
    int background = image.getRGB(0, 0);
    List<Integer> blank = new ArrayList<>();
    for (int part = 0; part < 6; part++) {
      int ink = 0;
      for (int y = part * image.getHeight() / 6; y < (part + 1) * image.getHeight() / 6; y++) {
        for (int x = 0; x < image.getWidth(); x++) {
          ink += image.getRGB(x, y) == background ? 0 : 1;
        }
      }
      if (ink < 100) {
        blank.add(part);
      }
    }
    assertEquals(List.of(), blank);
  }
}
