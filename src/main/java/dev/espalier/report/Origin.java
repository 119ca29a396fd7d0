package dev.espalier.report;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a result comes from.
 *
 * @param command the command line that asked for it; absent if a program did
 * @param began when
 */
public record Origin(Optional<String> command, Instant began) {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  public Origin {
    began = began.truncatedTo(ChronoUnit.SECONDS);
  }

  /** Of what begins now. */
  public static Origin now(Optional<String> command) {
    return new Origin(command, Instant.now());
  }

  /** The date for people. */
  public String date() {
    return DATE.format(began);
  }
}
