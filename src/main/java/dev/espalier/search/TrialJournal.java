package dev.espalier.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.StorageException;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.Json;
import dev.espalier.files.SettingsDifference;
import dev.espalier.report.Trial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The trials of a search that have been made, in a file, so that an interrupted one goes on. */
public final class TrialJournal {
  private final Path file;
  private final ObjectNode identity;
  private final List<Trial> trials = new ArrayList<>();

  private TrialJournal(Path file, ObjectNode identity) {
    this.file = file;
    this.identity = Json.canonical(identity);
  }

  /**
   * Opens what an interrupted search has left.
   *
   * @param identity all that a trial depends on besides its allocation
   * @param discard whether the trials of a search with another identity may be discarded
   * @throws BadInputException if they may not, and there are some
   */
  public static TrialJournal open(Path file, ObjectNode identity, boolean discard) {
    TrialJournal journal = new TrialJournal(file, identity);
    if (Files.exists(file)) {
      try {
        JsonNode document = Json.read(file);
        if (document.path("identity").equals(journal.identity)) {
          journal.trials.addAll(trials(document.path("trials")));
        } else if (!discard) {
          throw new BadInputException(
              "%s holds the trials of an unfinished search with other settings%s; repeat those to resume it, or remove the file to begin anew"
                  .formatted(file, difference(document.path("identity"), identity)));
        }
      } catch (JsonProcessingException e) {
        // What a crash has damaged is made again.
      } catch (IOException e) {
        throw new StorageException("cannot read " + file, e);
      }
    }
    return journal;
  }

  private static String difference(JsonNode there, ObjectNode here) {
    return there instanceof ObjectNode found
        ? SettingsDifference.between(found, here).map(" (%s)"::formatted).orElse("")
        : "";
  }

  private static List<Trial> trials(JsonNode array) throws JsonProcessingException {
    List<Trial> trials = new ArrayList<>();
    for (JsonNode trial : array) {
      trials.add(Json.value(trial, Trial.class));
    }
    return trials;
  }

  /** How many trials have been made. */
  public int size() {
    return trials.size();
  }

  /** The trial of an allocation, if it has been made. */
  Optional<Trial> find(SparsityAllocation allocation) {
    return trials.stream().filter(trial -> trial.isOf(allocation)).findFirst();
  }

  /**
   * Keeps a trial, in place of an older one of the same allocation; when this returns, an
   * interruption no longer loses it.
   */
  Trial add(Trial trial) {
    trials.removeIf(trial::isOfSame);
    trials.add(trial);
    ObjectNode document = Json.object();
    document.set("identity", identity);
    document.set("trials", Json.of(trials));
    DurableFiles.save(file, Json.bytes(document));
    return trial;
  }

  /** What the trials were for is done. */
  public void remove() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new StorageException("cannot remove " + file, e);
    }
  }
}
