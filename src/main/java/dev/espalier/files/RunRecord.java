package dev.espalier.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a finished result knows about itself: it lies in the result's page, by which Espalier tells
 * its own results from anything else, and one run's from another's.
 *
 * @param run all that identifies the run
 * @param result what the run has found, as its caller put it
 * @param files all that was written beside the page
 */
public record RunRecord(ObjectNode run, JsonNode result, List<Entry> files) {
  private static final String KIND = "finished_run";
  private static final int VERSION = 1;

  /**
   * A file as it was written.
   *
   * @param name relative to the page's folder
   * @param modified in milliseconds
   */
  public record Entry(String name, long bytes, long modified) {
    private static Entry of(Path folder, Path file) throws IOException {
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

  /** The record in a page; empty where there is none, or the page is not as it was written. */
  public static Optional<RunRecord> read(Path page) {
    return PageMark.read(page)
        .filter(mark -> mark.path(KIND).asInt() == VERSION)
        .filter(mark -> mark.path("run").isObject())
        .map(RunRecord::of);
  }

  private static RunRecord of(ObjectNode mark) {
    List<Entry> files = new ArrayList<>();
    mark.path("files")
        .forEach(
            file ->
                files.add(
                    new Entry(
                        file.path("name").asText(),
                        file.path("bytes").asLong(),
                        file.path("modified").asLong())));
    return new RunRecord((ObjectNode) mark.get("run"), mark.path("result"), files);
  }

  /**
   * Writes a page with the record of a run.
   *
   * @param page where to
   * @param content of the page without the record
   * @param files what lies beside it, each as it will stay
   */
  public static void write(
      Path page, byte[] content, ObjectNode run, JsonNode result, List<Path> files)
      throws IOException {
    ObjectNode mark = Json.object().put(KIND, VERSION);
    mark.set("run", run);
    mark.set("result", result);
    ArrayNode entries = mark.putArray("files");
    for (Path file : files) {
      entries.add(Json.of(Entry.of(page.getParent(), file)));
    }
    DurableFiles.replace(page, PageMark.on(content, mark));
  }

  /** Whether it is of the same run. */
  public boolean isOf(ObjectNode other) {
    return run.equals(Json.canonical(other));
  }

  /** What the run has found; empty if it is nothing of this type. */
  public <T> Optional<T> result(Class<T> type) {
    try {
      return Optional.of(Json.value(result, type));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /**
   * The first of the files that is no longer as it was written.
   *
   * @param folder the page's
   */
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

  /** How the run differs from another that would write to the same place, to go after a comma. */
  public String standing(Path folder, ObjectNode other) {
    Optional<String> difference = SettingsDifference.between(run, other);
    return difference.isPresent()
        ? "written with other settings (%s)".formatted(difference.get())
        : changed(folder)
            .map("of the same run, but %s was changed since"::formatted)
            .orElse("of the same run");
  }
}
