package dev.espalier.files;

import dev.espalier.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A look at the beginning of a file before it is read, so that one that is not what its name says
 * is named for what it is, and not for what a reader of its format stumbles over.
 */
public final class FirstBytes {
  /** Where a JSON document begins with a letter, it is one of these words. */
  private static final Pattern JSON_WORD = Pattern.compile("(true|false|null|NaN|Infinity)\\b.*");

  private static final String AGAIN = "so fetch or export it again";

  private final Path file;
  private final byte[] head;

  private FirstBytes(Path file) {
    this.file = file;
    try (InputStream in = Files.newInputStream(file)) {
      this.head = in.readNBytes(FileKind.HEAD);
    } catch (IOException e) {
      throw FileFaults.reading(file, e);
    }
  }

  /**
   * Looks at a file that should hold JSON.
   *
   * @throws BadInputException if it is known to be something else
   */
  public static void requireJson(Path file) {
    if (!canBeRead(file)) {
      return;
    }
    FirstBytes bytes = new FirstBytes(file);
    bytes.requireNoOtherKind(Optional.empty());
    String text = bytes.text().map(String::strip).orElse("");
    if (!text.isEmpty()
        && Character.isLetter(text.codePointAt(0))
        && !JSON_WORD.matcher(text.lines().findFirst().orElse("")).matches()) {
      throw bytes.isText(text, "JSON");
    }
    if (bytes.isWideText()) {
      throw bytes.is(FileKind.UTF_16);
    }
  }

  /**
   * Looks at a file that should hold tensors.
   *
   * @throws BadInputException if it is known to be something else
   */
  public static void requireSafetensors(Path file) {
    if (!canBeRead(file)) {
      return;
    }
    FirstBytes bytes = new FirstBytes(file);
    bytes.requireNoOtherKind(Optional.of(FileKind.SAFETENSORS));
    bytes
        .text()
        .filter(text -> text.length() > Long.BYTES)
        .ifPresent(
            text -> {
              throw bytes.isText(text, "a safetensors file");
            });
  }

  /** What cannot is for the reader to complain of; of a pipe the beginning would be lost. */
  private static boolean canBeRead(Path file) {
    return Files.isRegularFile(file) && Files.isReadable(file);
  }

  private void requireNoOtherKind(Optional<FileKind> expected) {
    if (head.length == 0) {
      throw FileFaults.in(file, "is empty; it was not fully downloaded or written, " + AGAIN);
    }
    Optional<FileKind> kind = FileKind.of(head);
    if (kind.isPresent() && !kind.equals(expected)) {
      throw is(kind.get());
    }
    if (head.length > Long.BYTES && isZeros()) {
      throw FileFaults.in(
          file,
          "begins with %d bytes of zero, as an interrupted download leaves them, %s"
              .formatted(head.length, AGAIN));
    }
  }

  private BadInputException is(FileKind kind) {
    return new BadInputException(file + " is " + kind.what() + ": " + kind.remedy());
  }

  private BadInputException isText(String text, String expected) {
    String line = text.strip().lines().findFirst().orElse("");
    return FileFaults.in(
        file,
        "is a text that begins with %s, not %s; %s"
            .formatted(FileFaults.quote(line), expected, "download the file itself"));
  }

  private boolean isZeros() {
    for (byte b : head) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /** Of a text in UTF-16 without a mark every second byte is zero. */
  private boolean isWideText() {
    return head.length >= 4
        && (head[0] == 0) != (head[1] == 0)
        && (head[0] == 0) == (head[2] == 0)
        && (head[1] == 0) == (head[3] == 0);
  }

  /** The beginning if it is text; a character may be cut off at its end. */
  private Optional<String> text() {
    for (byte b : head) {
      if (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t') {
        return Optional.empty();
      }
    }
    for (int cut = 0; cut < 4 && cut < head.length; cut++) {
      try {
        return Optional.of(
            StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(head, 0, head.length - cut))
                .toString());
      } catch (CharacterCodingException e) {
        // Perhaps only the last character is not whole.
      }
    }
    return Optional.empty();
  }
}
