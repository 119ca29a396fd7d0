package dev.espalier.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.StorageException;
import dev.espalier.files.Json;
import dev.espalier.files.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a page knows of its run, in a comment at its end: by this it is told from any other page,
 * and one run's from another's.
 *
 * @param run all that the result depends on
 * @param json digest of the document beside the page
 * @param kept what the run has found
 */
record ReportMark(ObjectNode run, String json, JsonNode kept) {
  private static final String BEGIN = "\n<!-- espalier-run ";
  private static final String END = " -->\n";

  /** A page with its mark. */
  static byte[] on(byte[] page, byte[] json, ObjectNode run, Object kept) {
    ObjectNode mark = Json.object();
    mark.set("run", run);
    mark.put("page", Sha256.of(page)).put("json", Sha256.of(json));
    mark.set("result", Json.of(kept));
    // Two hyphens would end the comment; in JSON they are only found in strings.
    String text = new String(Json.bytes(mark), UTF_8).replace("--", "\\u002d\\u002d");
    byte[] comment = (BEGIN + text + END).getBytes(UTF_8);
    byte[] marked = Arrays.copyOf(page, page.length + comment.length);
    System.arraycopy(comment, 0, marked, page.length, comment.length);
    return marked;
  }

  /** Whether a file is a page of ours, be it changed since or not. */
  static boolean isPage(Path file) {
    try {
      return Files.isRegularFile(file) && Files.readString(file).contains(" · Espalier</title>");
    } catch (IOException e) {
      return false;
    }
  }

  /** The mark of a page that is as it was written. */
  static Optional<ReportMark> read(Path page) {
    try {
      String text = Files.readString(page);
      int at = text.lastIndexOf(BEGIN);
      if (at < 0 || !text.endsWith(END)) {
        return Optional.empty();
      }
      JsonNode mark = Json.parse(text.substring(at + BEGIN.length(), text.length() - END.length()));
      boolean unchanged =
          mark.path("page").asText().equals(Sha256.of(text.substring(0, at).getBytes(UTF_8)));
      return unchanged && mark.get("run") instanceof ObjectNode run
          ? Optional.of(new ReportMark(run, mark.path("json").asText(), mark.path("result")))
          : Optional.empty();
    } catch (IOException | BadInputException | StorageException e) {
      return Optional.empty();
    }
  }

  boolean isOf(ObjectNode other) {
    return run.equals(Json.canonical(other));
  }

  boolean isUnchanged(Path document) {
    try {
      return json.equals(Sha256.of(Files.readAllBytes(document)));
    } catch (IOException e) {
      return false;
    }
  }

  <T> Optional<T> kept(Class<T> type) {
    try {
      return Optional.of(Json.value(kept, type));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
