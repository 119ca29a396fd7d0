package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How progress looks. */
class ListenerTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private Duration now = Duration.ofDays(-1);

  private String printed() {
    String text = bytes.toString(StandardCharsets.UTF_8);
    bytes.reset();
    return text;
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  @Test
  void linesComeEveryTenSecondsAndAtTheEnd() {
    LineListener listener = new LineListener(err, Colours.NONE, () -> now.toNanos());
    listener.begin("Pruning", 200);
    pass(Duration.ofSeconds(9));
    listener.step(10);
    assertEquals("", printed());
    pass(Duration.ofSeconds(1));
    listener.step(10);
    assertEquals("Pruning: 10 %, 1 min 30 s left\n", printed());
    pass(Duration.ofSeconds(9));
    listener.step(30);
    assertEquals("", printed());
    pass(Duration.ofMillis(1500));
    listener.step(50);
    assertEquals("Pruning: 50 %, 20.5 s left\n", printed());
    listener.step(100);
    pass(Duration.ofHours(26));
    listener.end();
    assertEquals("Pruning: done in 26 h 00 min\n", printed());
  }

  @Test
  void aSecondTaskStartsAnew() {
    LineListener listener = new LineListener(err, Colours.NONE, () -> now.toNanos());
    listener.begin("Allocating", 1);
    pass(Duration.ofMillis(1234));
    listener.step(1);
    listener.end();
    listener.note("Mind this.");
    listener.begin("Pruning", 2);
    pass(Duration.ofSeconds(5));
    listener.step(2);
    listener.end();
    assertEquals("Allocating: done in 1.2 s\nMind this.\nPruning: done in 5.0 s\n", printed());
  }

  @Test
  void aBarEndsItsLineAlsoAfterAFailure() {
    BarListener listener = new BarListener(err, 80, Colours.NONE);
    listener.begin("Pruning", 4);
    listener.step(2);
    listener.note("Mind this.");
    listener.close();
    listener.close();
    String text = printed();
    assertTrue(text.contains("Pruning"), text);
    assertTrue(text.contains("\rMind this."), text);
    assertTrue(text.endsWith("\n"), text);
    for (String line : text.split("[\r\n]+")) {
      assertTrue(line.length() <= 80, line);
    }
  }

  private Console console(boolean quiet) {
    return Console.of(err, new DocumentOutput(err, false), err, quiet, "espalier prune");
  }

  @Test
  void aBarNeedsATerminal() {
    try (Console console = console(false)) {
      assertTrue(console.listener() instanceof LineListener);
    }
    try (Console console = console(true)) {
      assertTrue(console.listener() instanceof QuietListener);
    }
  }
}
