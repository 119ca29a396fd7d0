package dev.espalier.files;

import dev.espalier.BadInputException;
import dev.espalier.Printable;
import dev.espalier.Setting;
import dev.espalier.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** The sentences this package complains in: which file, which tensor, what is wrong. */
public final class FileFaults {
  /** What to do about a file that breaks its own format. */
  public static final String DAMAGED =
      "the file is damaged or was not fully downloaded, so fetch or export it again";

  private static final int LONGEST_QUOTE = 200;

  private FileFaults() {}

  /**
   * @param advice what the problem's sentence advises to set otherwise
   */
  public static BadInputException in(Path file, String problem, Setting... advice) {
    return new BadInputException(file + ": " + problem, advice);
  }

  /** A fault of a file that something else has found. */
  public static BadInputException in(Path file, String problem, Exception cause) {
    return new BadInputException(file + ": " + problem, cause);
  }

  /** A fault of one of its tensors. */
  public static BadInputException inTensor(Path file, String tensor, String problem) {
    return in(file, "tensor " + quote(tensor) + " " + problem);
  }

  /** The user's fault where the file system says so (permissions, missing file), else ours. */
  public static RuntimeException reading(Path file, IOException e) {
    return e instanceof FileSystemException
        ? new StorageException(
            file + ": cannot be read (" + reason(e) + "); check the path and its permissions", e)
        : new UncheckedIOException(file + ": reading failed: " + e.getMessage(), e);
  }

  /** A full disk, or another refusal of the file system; else ours. */
  public static RuntimeException writing(Path file, IOException e) {
    if (isFull(e)) {
      return new StorageException(
          file + ": the disk is full; free some space and run the same again to resume", e);
    }
    return e instanceof FileSystemException
        ? new StorageException(
            file + ": cannot be written (" + reason(e) + "); check the path and its permissions", e)
        : new UncheckedIOException(file + ": writing failed: " + e.getMessage(), e);
  }

  private static boolean isFull(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("No space left on device") || message.contains("Disk quota exceeded");
  }

  private static String reason(IOException e) {
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return reason != null ? reason : e.getClass().getSimpleName().replace("Exception", "");
  }

  /** Text from a file, fit for a terminal: hostile names may be long or hold control characters. */
  public static String quote(String text) {
    return "'" + printable(text) + "'";
  }

  /** Text from a file, without controls, and of bounded length. */
  public static String printable(String text) {
    String clean = Printable.of(text);
    return clean.length() <= LONGEST_QUOTE ? clean : clean.substring(0, LONGEST_QUOTE) + "…";
  }
}
