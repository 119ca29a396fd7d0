package dev.espalier.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.StorageException;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a finished output knows about itself, in its {@code espalier-run.json}: by this it is told
 * from any other folder.
 *
 * @param run all that identifies the run which wrote it
 * @param result what the run has found, as its caller put it
 * @param files all that was written, but this record
 */
public record RunRecord(ObjectNode run, JsonNode result, List<Entry> files) {
  static final String FILE_NAME = "espalier-run.json";

  private static final String KIND = "finished_run_of_espalier";
  private static final int VERSION = 1;

  /**
   * A file as it was written.
   *
   * @param modified in milliseconds
   */
  record Entry(String name, long bytes, long modified) {
    static Entry of(Path folder, Path file) throws IOException {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return new Entry(
          folder.relativize(file).toString(),
          attributes.size(),
          attributes.lastModifiedTime().toMillis());
    }
  }

  public RunRecord {
    files = List.copyOf(files);
  }

  /** The record in a folder; empty where there is none that can be read. */
  public static Optional<RunRecord> read(Path folder) {
    Path file = folder.resolve(FILE_NAME);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      ObjectNode record = Json.readObject(file);
      if (record.path(KIND).asInt() == VERSION
          && record.get("run") instanceof ObjectNode run
          && record.get("files") instanceof ArrayNode names) {
        List<Entry> files = new ArrayList<>();
        names.forEach(
            entry ->
                files.add(
                    new Entry(
                        entry.path("name").asText(),
                        entry.path("bytes").asLong(),
                        entry.path("modified").asLong())));
        return Optional.of(new RunRecord(run, record.path("result"), files));
      }
    } catch (BadInputException | StorageException e) {
      // What cannot be read marks nothing.
    }
    return Optional.empty();
  }

  /** Writes the record of all that a folder holds now, but the traces of its making. */
  static void save(Path folder, ObjectNode run, JsonNode result) throws IOException {
    ObjectNode record = Json.object().put(KIND, VERSION);
    record.set("run", run);
    ArrayNode entries = record.putArray("files");
    for (Path file : files(folder)) {
      entries.add(Json.of(Entry.of(folder, file)));
    }
    record.set("result", result);
    DurableFiles.write(folder.resolve(FILE_NAME), Json.bytes(record));
  }

  /** Whether it is of the same run. */
  public boolean isOf(ObjectNode other) {
    return run.equals(Json.canonical(other));
  }

  /** The first of the files that is no longer as it was written. */
  public Optional<String> changed(Path folder) {
    return files.stream()
        .filter(
            written -> {
              try {
                return !Entry.of(folder, folder.resolve(written.name())).equals(written);
              } catch (IOException e) {
                return true; // it is gone
              }
            })
        .map(Entry::name)
        .findFirst();
  }

  /** What lies in the folder and was not written by the run. */
  List<String> foreign(Path folder) throws IOException {
    Set<String> ours = new HashSet<>(Set.of(FILE_NAME));
    Set<String> folders = new HashSet<>();
    for (Entry file : files) {
      ours.add(file.name());
      for (Path up = Path.of(file.name()).getParent(); up != null; up = up.getParent()) {
        folders.add(up.toString());
      }
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> !path.equals(folder))
          .filter(path -> !isProgress(folder, path))
          .filter(
              path -> {
                boolean isFolder = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
                return !(isFolder ? folders : ours).contains(folder.relativize(path).toString());
              })
          .map(path -> folder.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
          .filter(file -> !isProgress(folder, file))
          .sorted()
          .toList();
    }
  }

  private static boolean isProgress(Path folder, Path file) {
    return folder.relativize(file).getName(0).toString().startsWith(Journal.PREFIX);
  }
}
