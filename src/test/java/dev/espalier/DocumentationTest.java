package dev.espalier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.testing.Markdown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the documents of this tree point to is there. */
class DocumentationTest {
  private static final int README_LINES = 120;

  /** The first in a pom.xml without a parent is the project's. */
  private static final Pattern VERSION = Pattern.compile("<version>([^<]*)</version>");

  @Test
  void linksLeadSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    int links = 0;
    for (Path file : Markdown.files()) {
      for (String link : Markdown.read(file).links()) {
        links++;
        if (!resolves(file, link)) {
          broken.add(file + ": " + link);
        }
      }
    }
    assertEquals(List.of(), broken);
    assertTrue(links > 20, links + " links were found");
  }

  private static boolean resolves(Path file, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]);
    return Files.exists(target)
        && (parts.length == 1 || Markdown.read(target).anchors().contains(parts[1]));
  }

  @Test
  void theDependencyIsThisVersion() throws IOException {
    Matcher version = VERSION.matcher(Files.readString(Path.of("pom.xml")));
    assertTrue(version.find());
    Markdown linking = Markdown.read(Path.of("docs", "linking.md"));
    assertTrue(linking.code().contains("  " + version.group()), version.group());
    String examples = Files.readString(Path.of("examples", "java", "pom.xml"));
    assertTrue(examples.contains("<espalier.version>" + version.group(1) + "<"), version.group());
  }

  @Test
  void theReadmeIsShort() throws IOException {
    long lines = Files.readString(Path.of("README.md")).lines().count();
    assertTrue(lines <= README_LINES, lines + " lines");
  }
}
