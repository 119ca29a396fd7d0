package dev.espalier.report;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.espalier.hub.HubCopy;
import dev.espalier.hub.HubName;
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
 * @param hub which model of the Hub it is about; absent if that was given as a folder
 */
public record Origin(Optional<String> command, Instant began, Optional<HubModel> hub) {
  private static final String COMMAND = "command";
  private static final String BEGAN = "began";
  private static final String REPOSITORY = "repository";
  private static final String REVISION = "revision";
  private static final String COMMIT = "commit";
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /**
   * A model on the Hub.
   *
   * @param name as it was given
   * @param commit what its revision was
   */
  public record HubModel(HubName name, String commit) {
    /** Such as {@code org/name, main, commit 0123…}. */
    public String describe() {
      return "%s, %s, commit %s".formatted(name.id(), name.revision(), commit);
    }
  }

  public Origin {
    began = began.truncatedTo(ChronoUnit.SECONDS);
  }

  /** Of what begins now. */
  public static Origin now(Optional<String> command) {
    return new Origin(command, Instant.now(), Optional.empty());
  }

  /** The same of a result about a model of the Hub, if it is one. */
  public Origin about(Optional<HubCopy> copy) {
    return new Origin(
        command, began, copy.map(model -> new HubModel(model.name(), model.commit())));
  }

  /** As the record of a finished run holds it. */
  @JsonValue
  Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    command.ifPresent(line -> values.put(COMMAND, line));
    values.put(BEGAN, began.toString());
    hub.ifPresent(
        model -> {
          values.put(REPOSITORY, model.name().id());
          values.put(REVISION, model.name().revision());
          values.put(COMMIT, model.commit());
        });
    return values;
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static Origin of(Map<String, String> values) {
    return new Origin(
        Optional.ofNullable(values.get(COMMAND)),
        Instant.parse(values.getOrDefault(BEGAN, "")),
        Optional.ofNullable(values.get(REPOSITORY))
            .map(id -> new HubName(id, values.getOrDefault(REVISION, HubName.MAIN)))
            .map(name -> new HubModel(name, values.getOrDefault(COMMIT, ""))));
  }

  /** The date for people. */
  public String date() {
    return DATE.format(began);
  }
}
