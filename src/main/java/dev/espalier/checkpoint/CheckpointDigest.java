package dev.espalier.checkpoint;

import dev.espalier.files.FileFaults;
import dev.espalier.files.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/** SHA-256 over what identifies a checkpoint without reading its weights. */
final class CheckpointDigest {
  private final MessageDigest sha256 = Sha256.start();

  private CheckpointDigest() {}

  static String of(ModelFolder folder) {
    CheckpointDigest digest = new CheckpointDigest();
    Path config = folder.path().resolve(ModelFolder.CONFIG);
    try {
      digest.add(Files.readAllBytes(config));
    } catch (IOException e) {
      throw FileFaults.reading(config, e);
    }
    folder.shards().forEach(digest::add);
    return HexFormat.of().formatHex(digest.sha256.digest());
  }

  private void add(Shard shard) {
    add(shard.fileName().getBytes(StandardCharsets.UTF_8));
    add(shard.header().encode());
    try {
      add(Files.size(shard.path()));
      add(Files.getLastModifiedTime(shard.path()).toMillis());
    } catch (IOException e) {
      throw FileFaults.reading(shard.path(), e);
    }
  }

  /** The length goes first, so that no two sequences of parts give the same bytes. */
  private void add(byte[] part) {
    add(part.length);
    sha256.update(part);
  }

  private void add(long number) {
    sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
  }
}
