package dev.espalier.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.StorageException;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * How far an unfinished output has come, as its journal tells it.
 *
 * @param run the settings it is made with
 * @param state what the caller gave with the last tensors
 * @param written the tensors that are on disk
 */
record Journal(ObjectNode run, ObjectNode state, Set<String> written) {
  /** All our own files in an unfinished output start so. */
  static final String PREFIX = "espalier-progress.";

  static final String FILE_NAME = PREFIX + "json";

  Journal {
    run = Json.canonical(run);
    state = Json.canonical(state);
    written = Collections.unmodifiableSet(new LinkedHashSet<>(written));
  }

  static Journal start(ObjectNode run) {
    return new Journal(run, Json.object(), Set.of());
  }

  /** The journal in a folder; empty where there is none that can be read. */
  static Optional<Journal> read(Path folder) {
    Path file = folder.resolve(FILE_NAME);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      ObjectNode journal = Json.readObject(file);
      if (journal.get("run") instanceof ObjectNode run
          && journal.get("state") instanceof ObjectNode state
          && journal.get("written") instanceof ArrayNode names) {
        Set<String> written = new LinkedHashSet<>();
        names.forEach(name -> written.add(name.asText()));
        return Optional.of(new Journal(run, state, written));
      }
    } catch (BadInputException | StorageException e) {
      // Whoever asks treats it as no journal.
    }
    return Optional.empty();
  }

  Journal with(Collection<String> tensors, ObjectNode newState) {
    Set<String> all = new LinkedHashSet<>(written);
    all.addAll(tensors);
    return new Journal(run, newState, all);
  }

  /** Puts this in the place of the folder's journal, atomically. */
  void save(Path folder) throws IOException {
    ObjectNode journal = Json.object();
    journal.set("run", run);
    journal.set("state", state);
    ArrayNode names = journal.putArray("written");
    written.forEach(names::add);
    DurableFiles.replace(folder.resolve(FILE_NAME), Json.bytes(journal));
  }
}
