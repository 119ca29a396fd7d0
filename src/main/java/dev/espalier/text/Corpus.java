package dev.espalier.text;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.files.FileKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Text to calibrate or to evaluate on: one long text, or many documents. */
public sealed interface Corpus permits TextCorpus, DocumentCorpus {
  /** What messages and reports call it: the path it came from, or the name of a data set. */
  String name();

  /** {@link #open(Path, Progress)}, telling nobody. */
  static Corpus open(Path path) {
    return open(path, Progress.NONE);
  }

  /**
   * Opens a local file by its name: {@code .jsonl}, {@code .json}, {@code .ndjson}, {@code
   * .jsonlines}, {@code .ldjson} and {@code .jl} hold one document a line, in the string field
   * {@code text} of a JSON object; a Parquet file one a row, in the column {@code text}; anything
   * else is plain text. Text and JSON are UTF-8, and may be compressed with gzip. What is something
   * else by its first bytes or its name is refused: another compression or encoding, a web page, a
   * Git LFS pointer.
   *
   * @param progress hears how far reading has come where it takes a while
   * @throws BadInputException if the file is missing, empty or not what its name says
   */
  static Corpus open(Path path, Progress progress) {
    return open(path, TextSource.USUAL_FIELD, progress);
  }

  /**
   * The same.
   *
   * @param field in which JSON lines and Parquet hold texts
   */
  static Corpus open(Path path, String field, Progress progress) {
    if (!isParquet(path) && !isJsonLines(path)) {
      return TextCorpus.of(TextFile.at(path));
    }
    return new DocumentCorpus(path.toString(), documents(path, field, progress));
  }

  /** The documents of a file that holds several. */
  static List<String> documents(Path path, String field, Progress progress) {
    if (isParquet(path)) {
      return ParquetTexts.texts(path, field);
    }
    TextFile file = TextFile.at(path);
    return Reading.of(file.size(), "Reading " + path.getFileName(), progress)
        .told(bytes -> JsonLines.texts(file, field, bytes));
  }

  /**
   * Looks whether a file can be opened, without reading it.
   *
   * @throws BadInputException if it is missing or not what its name says
   */
  static void requireReadable(Path path) {
    if (!isParquet(path)) {
      TextFile.at(path);
    }
  }

  /** By what is in it, else by its name. */
  private static boolean isParquet(Path path) {
    return Files.isRegularFile(path)
        && FileKind.of(path)
            .map(kind -> kind == FileKind.PARQUET)
            .orElseGet(() -> path.toString().toLowerCase(Locale.ROOT).endsWith(".parquet"));
  }

  private static boolean isJsonLines(Path path) {
    return String.valueOf(path.getFileName())
        .toLowerCase(Locale.ROOT)
        .matches(".*\\.(jsonl?|ndjson|ldjson|jsonlines|jl)(\\.gz)?");
  }
}
