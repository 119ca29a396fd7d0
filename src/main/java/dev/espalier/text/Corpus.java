package dev.espalier.text;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
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
   * {@code text} of a JSON object; anything else is plain text. Both are UTF-8, and may be
   * compressed with gzip. What is something else by its first bytes or its name is refused: another
   * compression or encoding, a web page, a Git LFS pointer.
   *
   * @param progress hears how far reading has come where it takes a while
   * @throws BadInputException if the file is missing, empty or not what its name says
   */
  static Corpus open(Path path, Progress progress) {
    TextFile file = TextFile.at(path);
    if (!isJsonLines(path)) {
      return TextCorpus.of(file);
    }
    List<String> texts =
        Reading.of(file.size(), "Reading " + path.getFileName(), progress)
            .told(bytes -> JsonLines.texts(file, bytes));
    return new DocumentCorpus(path.toString(), texts);
  }

  /**
   * Looks whether a file can be opened, without reading it.
   *
   * @throws BadInputException if it is missing or not what its name says
   */
  static void requireReadable(Path path) {
    TextFile.at(path);
  }

  private static boolean isJsonLines(Path path) {
    return String.valueOf(path.getFileName())
        .toLowerCase(Locale.ROOT)
        .matches(".*\\.(jsonl?|ndjson|ldjson|jsonlines|jl)(\\.gz)?");
  }
}
