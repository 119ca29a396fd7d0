package dev.espalier.report;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where a result comes from.
 *
 * @param command the command line that asked for it; absent if a program did
 * @param began when
 */
public record Origin(Optional<String> command, Instant began) {
  private static final String COMMAND = "command";
  private static final String BEGAN = "began";
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  public Origin {
    began = began.truncatedTo(ChronoUnit.SECONDS);
  }

  /** Of what begins now. */
  public static Origin now(Optional<String> command) {
    return new Origin(command, Instant.now());
  }

  /** As the record of a finished run holds it. */
  @JsonValue
  Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    command.ifPresent(line -> values.put(COMMAND, line));
    values.put(BEGAN, began.toString());
    return values;
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static Origin of(Map<String, String> values) {
    return new Origin(
        Optional.ofNullable(values.get(COMMAND)), Instant.parse(values.getOrDefault(BEGAN, "")));
  }

  /** The date for people. */
  public String date() {
    return DATE.format(began);
  }
}
