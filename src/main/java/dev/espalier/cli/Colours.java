package dev.espalier.cli;

import java.util.Map;

/**
 * The few colours that there are, on one stream.
 *
 * @param on whether there are any
 */
record Colours(boolean on) {
  static final Colours NONE = new Colours(false);

  /** The launcher says which streams are terminals: {@code out}, {@code err} or both. */
  private static final String TERMINALS = "espalier.terminals";

  private static final String RED = "1;31";
  private static final String YELLOW = "33";
  private static final String BOLD = "1";

  /** Of standard output. */
  static Colours ofOut() {
    return of("out");
  }

  /** Of standard error. */
  static Colours ofErr() {
    return of("err");
  }

  private static Colours of(String stream) {
    return of(System.getProperty(TERMINALS, "").contains(stream), System.getenv());
  }

  /**
   * As people have agreed: not where {@code NO_COLOR} is set, even to a terminal; where {@code
   * CLICOLOR_FORCE} is, even to a file; else on terminals that know what it is.
   */
  static Colours of(boolean terminal, Map<String, String> environment) {
    if (!environment.getOrDefault("NO_COLOR", "").isEmpty()) {
      return NONE;
    }
    if (!environment.getOrDefault("CLICOLOR_FORCE", "0").matches("0?")) {
      return new Colours(true);
    }
    return new Colours(terminal && !environment.getOrDefault("TERM", "dumb").equals("dumb"));
  }

  String error(String text) {
    return in(RED, text);
  }

  String warning(String text) {
    return in(YELLOW, text);
  }

  String verdict(String text) {
    return in(BOLD, text);
  }

  private String in(String colour, String text) {
    return on ? "\u001b[%sm%s\u001b[0m".formatted(colour, text) : text;
  }
}
