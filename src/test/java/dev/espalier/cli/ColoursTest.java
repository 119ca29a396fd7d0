package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ColoursTest {
  private static final String ESCAPE = "\u001b";

  private static boolean on(boolean terminal, String... variables) {
    Map<String, String> environment = new java.util.HashMap<>(Map.of("TERM", "xterm-256color"));
    for (int i = 0; i < variables.length; i += 2) {
      environment.put(variables[i], variables[i + 1]);
    }
    return Colours.of(terminal, environment).on();
  }

  @Test
  void areForTerminalsThatKnowThem() {
    assertEquals(true, on(true));
    assertEquals(false, on(false));
    assertEquals(false, on(true, "TERM", "dumb"));
    assertFalse(Colours.of(true, Map.of()).on());
  }

  @Test
  void areAsTheEnvironmentWantsThem() {
    assertEquals(false, on(true, "NO_COLOR", "1"));
    assertEquals(true, on(true, "NO_COLOR", ""));
    assertEquals(true, on(false, "CLICOLOR_FORCE", "1"));
    assertEquals(true, on(false, "CLICOLOR_FORCE", "1", "TERM", "dumb"));
    assertEquals(false, on(false, "CLICOLOR_FORCE", "0"));
    assertEquals(false, on(false, "CLICOLOR_FORCE", "1", "NO_COLOR", "1"));
  }

  @Test
  void warningsHaveOneAndNotesHaveNone() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Colours colours = new Colours(true);
    new LineListener(err, colours).warn("Mind this.");
    new BarListener(err, 80, colours).warn("Mind that.");
    new LineListener(err, colours).note("By the way.");
    new BarListener(err, 80, colours).note("In passing.");
    assertEquals(
        ESCAPE
            + "[33mMind this."
            + ESCAPE
            + "[0m\n"
            + ESCAPE
            + "[33mMind that."
            + ESCAPE
            + "[0m\nBy the way.\nIn passing.\n",
        bytes.toString(StandardCharsets.UTF_8));
    assertEquals("plain", Colours.NONE.error(Colours.NONE.warning(Colours.NONE.verdict("plain"))));
  }

  @Test
  void documentsHaveNone() {
    Runs.Result result = Runs.run("inspect", "--json").succeeded();
    assertFalse(result.out().contains(ESCAPE) || result.err().contains(ESCAPE));
  }
}
