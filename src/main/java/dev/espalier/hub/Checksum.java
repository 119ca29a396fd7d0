package dev.espalier.hub;

import dev.espalier.files.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** Whether bytes are those that an etag names. */
final class Checksum {
  private final String etag;
  private final Optional<MessageDigest> digest;

  /**
   * @param size of all bytes, which git hashes first
   */
  Checksum(String etag, long size) {
    this.etag = etag;
    if (etag.matches("[0-9a-f]{64}")) {
      this.digest = Optional.of(Sha256.start());
    } else if (etag.matches("[0-9a-f]{40}")) {
      MessageDigest git = sha1();
      git.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
      this.digest = Optional.of(git);
    } else {
      this.digest = Optional.empty(); // a server that names files otherwise
    }
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  void update(ByteBuffer bytes) {
    digest.ifPresent(sum -> sum.update(bytes));
  }

  /** Of all bytes that it was given. To be asked once. */
  boolean agrees() {
    return digest.map(sum -> HexFormat.of().formatHex(sum.digest()).equals(etag)).orElse(true);
  }
}
