package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextOptionsTest {
  @TempDir Path folder;

  /** Names of files in the folder, as an option's value would give them. */
  private void assertRead(String names, String... files) {
    List<Path> expected = Stream.of(files).map(folder::resolve).toList();
    assertEquals(expected, TextOptions.several("evaluate", inFolder(names)));
  }

  private String inFolder(String names) {
    return names.replace("@", folder + "/");
  }

  private void create(String... names) throws IOException {
    for (String name : names) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.writeString(folder.resolve(name), "text");
    }
  }

  @Test
  void commasSeparate() throws IOException {
    create("a.txt", "b.txt");
    assertRead("@a.txt,@b.txt", "a.txt", "b.txt");
    assertRead("@a.txt, @b.txt", "a.txt", "b.txt");
    assertRead("@nowhere.txt,@b.txt", "nowhere.txt", "b.txt");
    assertEquals(List.of(), TextOptions.several("evaluate", "none"));
  }

  @Test
  void aFileMayHaveACommaInItsName() throws IOException {
    create("x.txt", "a,b.txt", "1,2,3.txt", "in, part/c.txt");
    assertRead("@a,b.txt", "a,b.txt");
    assertRead("@x.txt,@a,b.txt", "x.txt", "a,b.txt");
    assertRead("@a,b.txt,@x.txt,@1,2,3.txt", "a,b.txt", "x.txt", "1,2,3.txt");
    assertRead("@in, part/c.txt,@x.txt", "in, part/c.txt", "x.txt");
  }

  @Test
  void aBackslashMakesACommaPartOfTheName() throws IOException {
    create("x.txt", "a,b.txt");
    assertRead("@a\\,b.txt,@x.txt", "a,b.txt", "x.txt");
    assertRead("@nowhere\\,b.txt,@x.txt", "nowhere,b.txt", "x.txt");
  }

  @Test
  void whatHasTwoMeaningsIsRefused() throws IOException {
    create("a", "b.txt");
    Path twice = folder.resolve("a," + folder + "/b.txt");
    create(folder.relativize(twice).toString());
    String refusal =
        assertThrows(
                BadInputException.class,
                () -> TextOptions.several("evaluate", inFolder("@a,@b.txt")))
            .getMessage();
    assertTrue(refusal.contains("is a file, and so is each part of it"), refusal);
    assertRead("@a\\,@b.txt", "a," + folder + "/b.txt");
  }

  @Test
  void theHelpSaysSo() {
    for (String command : List.of("eval", "prune")) {
      assertTrue(
          Runs.run(command, "--help").out().replaceAll("\\s+", " ").contains(TextOptions.COMMAS));
    }
  }
}
