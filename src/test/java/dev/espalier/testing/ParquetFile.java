package dev.espalier.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Files as the Hub has them: a column of texts, and others beside it. */
public final class ParquetFile {
  private ParquetFile() {}

  /**
   * Writes one.
   *
   * @param column of the texts
   * @param texts the rows; null for one without a text
   */
  public static Path write(Path file, CompressionCodecName codec, String column, List<String> texts)
      throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message schema { optional binary %s (UTF8); optional int64 number; optional group tags (LIST) { repeated group list { optional binary element (UTF8); } } }"
                .formatted(column));
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withType(schema)
            .withConf(new PlainParquetConfiguration())
            .withCompressionCodec(codec)
            .build()) {
      long number = 0;
      for (String text : texts) {
        SimpleGroup row = new SimpleGroup(schema);
        if (text != null) {
          row.add(column, text);
        }
        row.add("number", number++);
        writer.write(row);
      }
    }
    return file;
  }

  /** The bytes of one, compressed as those of the Hub usually are. */
  public static byte[] bytes(Path folder, String column, List<String> texts) {
    try {
      Path file = folder.resolve("made.parquet");
      Files.deleteIfExists(file);
      byte[] bytes = Files.readAllBytes(write(file, CompressionCodecName.SNAPPY, column, texts));
      Files.delete(file);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
