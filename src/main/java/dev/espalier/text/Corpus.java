package dev.espalier.text;

import dev.espalier.BadInputException;
import java.nio.file.Path;
import java.util.Locale;

/** Text to calibrate or to evaluate on: one long text, or many documents. */
public sealed interface Corpus permits TextCorpus, DocumentCorpus {
  /** What messages and reports call it: the path it came from, or the name of a data set. */
  String name();

  /**
   * Opens a local file by its name: {@code .jsonl} and {@code .json} hold one document a line, in
   * the string field {@code text} of a JSON object; anything else is plain text. Both are UTF-8,
   * and compressed if the name ends in {@code .gz}.
   *
   * @throws BadInputException if the file is missing, empty or not what its name says
   */
  static Corpus open(Path path) {
    String fileName = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    if (fileName.endsWith(".parquet")) {
      throw new BadInputException(
          path + " is a Parquet file, which is not read here: convert it to JSON lines (.jsonl)");
    }
    Utf8File file = Utf8File.at(path);
    return fileName.matches(".*\\.jsonl?(\\.gz)?")
        ? new DocumentCorpus(path.toString(), JsonLines.texts(file))
        : new TextCorpus(path.toString(), file.text());
  }
}
