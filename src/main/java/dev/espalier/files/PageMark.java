package dev.espalier.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * What a page of ours says to ourselves, in a comment at its end: JSON, compressed, for people have
 * the page. By this it is told from any other page, and from one that was changed.
 */
final class PageMark {
  private static final String BEGIN = "\n<!-- espalier-run ";
  private static final String END = " -->\n";
  private static final String PAGE = "page";

  private PageMark() {}

  /** A page with its mark. */
  static byte[] on(byte[] page, ObjectNode said) {
    ObjectNode mark = said.deepCopy().put(PAGE, Sha256.of(page));
    ByteArrayOutputStream marked = new ByteArrayOutputStream();
    marked.writeBytes(page);
    marked.writeBytes((BEGIN + packed(Json.bytes(mark)) + END).getBytes(UTF_8));
    return marked.toByteArray();
  }

  private static String packed(byte[] json) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Base64.getEncoder().encodeToString(packed.toByteArray());
  }

  /** What a page says that is as it was written; empty for any other file. */
  static Optional<ObjectNode> read(Path page) {
    try {
      String text = Files.readString(page);
      int at = text.lastIndexOf(BEGIN);
      if (at < 0 || !text.endsWith(END)) {
        return Optional.empty();
      }
      String packed = text.substring(at + BEGIN.length(), text.length() - END.length());
      ObjectNode mark = unpacked(packed);
      String digest = Sha256.of(text.substring(0, at).getBytes(UTF_8));
      return mark.path(PAGE).asText().equals(digest) ? Optional.of(mark) : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static ObjectNode unpacked(String packed) throws IOException {
    byte[] bytes = Base64.getDecoder().decode(packed);
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return Json.parse(new String(gzip.readAllBytes(), UTF_8)) instanceof ObjectNode mark
          ? mark
          : Json.object();
    }
  }
}
