package dev.espalier.text;

import com.jerolba.carpet.CarpetReader;
import com.jerolba.carpet.CloseableIterator;
import com.jerolba.carpet.io.FileSystemInputFile;
import dev.espalier.BadInputException;
import dev.espalier.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads a column of texts of a Parquet file, as data sets are published on the Hub. */
final class ParquetTexts {
  private ParquetTexts() {}

  /**
   * The texts, in the order of the rows.
   *
   * @throws BadInputException if the file is damaged or has no such column
   */
  @SuppressWarnings("rawtypes") // a row is a Map to the library
  static List<String> texts(Path file, String field) {
    List<String> texts = new ArrayList<>();
    try (CloseableIterator<Map> rows =
        new CarpetReader<>(new FileSystemInputFile(file.toFile()), Map.class).iterator()) {
      while (rows.hasNext()) {
        texts.add(text(file, texts.size() + 1, rows.next(), field));
      }
    } catch (BadInputException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new BadInputException(
          file + " is not a complete Parquet file that can be read: download it again", e);
    }
    return texts;
  }

  private static String text(Path file, int row, Map<?, ?> values, String field) {
    if (!values.containsKey(field)) {
      throw new BadInputException(
          "%s has no column \"%s\", but %s: name the one with the texts"
              .formatted(
                  file,
                  field,
                  String.join(", ", values.keySet().stream().map(k -> "\"" + k + "\"").toList())),
          Setting.TEXT_FIELD);
    }
    if (values.get(field) instanceof String text) {
      return text;
    }
    throw new BadInputException(
        "%s row %d has no text in the column \"%s\": name a column of texts"
            .formatted(file, row, field),
        Setting.TEXT_FIELD);
  }
}
