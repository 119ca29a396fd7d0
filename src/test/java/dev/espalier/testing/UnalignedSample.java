package dev.espalier.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The bundled sample with a header of odd length, as the format allows: none of its tensors lies
 * where its type can be read from, so there can be no views of them.
 */
public final class UnalignedSample {
  private static final Path SAMPLE = Path.of("samples", "sotu-llama-5m");
  private static final String WEIGHTS = "model.safetensors";

  private UnalignedSample() {}

  /** Makes the folder. */
  public static Path in(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (Stream<Path> files = Files.list(SAMPLE)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    ByteBuffer padded =
        ByteBuffer.wrap(Files.readAllBytes(SAMPLE.resolve(WEIGHTS))).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) padded.getLong();
    int blanks = 1 + header % 2;
    ByteBuffer all = ByteBuffer.allocate(padded.capacity() + blanks).order(ByteOrder.LITTLE_ENDIAN);
    all.putLong(header + blanks).put(padded.slice(8, header)).put(" ".repeat(blanks).getBytes());
    all.put(padded.position(8 + header));
    Files.write(folder.resolve(WEIGHTS), all.array());
    return folder;
  }
}
