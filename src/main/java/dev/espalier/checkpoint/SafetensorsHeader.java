package dev.espalier.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.espalier.BadInputException;
import dev.espalier.files.FileFaults;
import dev.espalier.files.FirstBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The header of a safetensors file: an 8-byte little-endian length, then that many bytes of JSON
 * that say what tensors follow and where.
 *
 * @param dataStart the first byte of the data, counted from the start of the file
 * @param tensors the tensors by name, in the header's order
 * @param metadata the free text of {@code __metadata__}
 */
public record SafetensorsHeader(
    long dataStart, Map<String, TensorEntry> tensors, Map<String, String> metadata) {
  static final String METADATA = "__metadata__";

  private static final int LENGTH_BYTES = Long.BYTES;
  private static final long MAX_LENGTH = 100_000_000;

  /** Token by token, as it is read: no tree of as many nodes as a large model has. */
  private static final JsonFactory JSON = new JsonFactory();

  public SafetensorsHeader {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /**
   * Reads and checks the header of {@code file}. What comes back covers the whole file: every byte
   * of the data belongs to exactly one tensor.
   *
   * @throws BadInputException naming the file, and the tensor where there is one, if the file
   *     cannot be read or breaks the format
   */
  public static SafetensorsHeader read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw FileFaults.in(
          file,
          Files.isSymbolicLink(file)
              ? "is a broken symbolic link; fetch the model again"
              : "there is no such file; check the path");
    }
    FirstBytes.requireSafetensors(file);
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      byte[] json = readJson(file, channel, size);
      long dataStart = LENGTH_BYTES + (long) json.length;
      HeaderParser parser = new HeaderParser(file);
      parser.parse(json);
      HeaderLayout.check(file, parser.tensors().values(), size - dataStart);
      return new SafetensorsHeader(dataStart, parser.tensors(), parser.metadata());
    } catch (IOException e) {
      throw FileFaults.reading(file, e);
    }
  }

  /** The tensor of this name, or the matrix of one that a {@link SliceName} means. */
  public Optional<TensorEntry> find(String name) {
    TensorEntry whole = tensors.get(name);
    return whole != null ? Optional.of(whole) : SliceName.of(name).flatMap(this::find);
  }

  private Optional<TensorEntry> find(SliceName slice) {
    return Optional.ofNullable(tensors.get(slice.tensor()))
        .filter(tensor -> tensor.shape().size() == 3 && slice.index() < tensor.shape().get(0))
        .map(tensor -> tensor.slice(slice.index()));
  }

  /** The size of the data in bytes. */
  public long dataBytes() {
    return tensors.values().stream().mapToLong(TensorEntry::end).max().orElse(0);
  }

  /** The size of the file this header was read from, in bytes. */
  public long fileBytes() {
    return dataStart + dataBytes();
  }

  /**
   * The bytes of a header for the same tensors at the same offsets, the length in front. The data
   * that follows starts on a multiple of 8 bytes; the metadata says {@code "format": "pt"}, without
   * which transformers refuses the file.
   */
  public byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[LENGTH_BYTES]);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      writeMetadata(json);
      for (TensorEntry tensor : tensors.values()) {
        writeTensor(json, tensor);
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory failed", e);
    }
    while (bytes.size() % Long.BYTES != 0) {
      bytes.write(' ');
    }
    byte[] header = bytes.toByteArray();
    ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length - LENGTH_BYTES);
    return header;
  }

  private void writeMetadata(JsonGenerator json) throws IOException {
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.put("format", "pt");
    json.writeObjectFieldStart(METADATA);
    for (Map.Entry<String, String> entry : all.entrySet()) {
      json.writeStringField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
  }

  private static void writeTensor(JsonGenerator json, TensorEntry tensor) throws IOException {
    json.writeObjectFieldStart(tensor.name());
    json.writeStringField("dtype", tensor.type());
    json.writeFieldName("shape");
    long[] sizes = tensor.sizes();
    json.writeArray(sizes, 0, sizes.length);
    json.writeFieldName("data_offsets");
    json.writeArray(new long[] {tensor.begin(), tensor.end()}, 0, 2);
    json.writeEndObject();
  }

  private static byte[] readJson(Path file, FileChannel channel, long size) throws IOException {
    if (size < LENGTH_BYTES) {
      throw FileFaults.in(
          file, "has " + size + " bytes, too few for a header; " + FileFaults.DAMAGED);
    }
    long length = read(file, channel, LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 2 || length > MAX_LENGTH || length > size - LENGTH_BYTES) {
      throw FileFaults.in(
          file,
          ("gives its header's length as %s bytes, which the format or the file's size (%d"
                  + " bytes) does not allow; %s")
              .formatted(Long.toUnsignedString(length), size, FileFaults.DAMAGED));
    }
    return read(file, channel, (int) length).array();
  }

  private static ByteBuffer read(Path file, FileChannel channel, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw FileFaults.in(file, "ends inside its header; " + FileFaults.DAMAGED);
      }
    }
    return bytes.flip();
  }
}
