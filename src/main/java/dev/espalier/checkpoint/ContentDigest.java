package dev.espalier.checkpoint;

import dev.espalier.files.FileFaults;
import dev.espalier.files.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * SHA-256 over what a checkpoint holds: {@code config.json} and all tensors, however they are
 * spread over files, whatever these are called, wherever they lie and whenever they were written.
 * All of it has to be read for that, so it is done aside.
 */
public final class ContentDigest implements AutoCloseable {
  private static final int CHUNK = 1 << 20;

  private final FutureTask<String> task;

  private ContentDigest(FutureTask<String> task) {
    this.task = task;
  }

  /** Begins to read a folder. */
  public static ContentDigest begin(ModelFolder folder) {
    FutureTask<String> task = new FutureTask<>(() -> of(folder.path(), folder.shards()));
    Thread thread = new Thread(task, "digest");
    thread.setDaemon(true);
    thread.start();
    return new ContentDigest(task);
  }

  /** 64 hexadecimal digits. */
  public String await() {
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException fault) {
        throw fault;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the model is read", e);
    }
  }

  /** Ends the reading, whether or not it has come to an end. */
  @Override
  public void close() {
    task.cancel(true);
  }

  private static String of(Path folder, List<Shard> shards) {
    MessageDigest whole = Sha256.start();
    Path config = folder.resolve(ModelFolder.CONFIG);
    try {
      whole.update(Sha256.start().digest(Files.readAllBytes(config)));
    } catch (IOException e) {
      throw FileFaults.reading(config, e);
    }
    shards.stream()
        .flatMap(shard -> shard.header().tensors().values().stream().map(t -> new Place(shard, t)))
        .sorted((one, other) -> one.tensor().name().compareTo(other.tensor().name()))
        .forEach(place -> whole.update(place.digest()));
    return HexFormat.of().formatHex(whole.digest());
  }

  /** A tensor and the file that it lies in. */
  private record Place(Shard shard, TensorEntry tensor) {
    byte[] digest() {
      MessageDigest sha256 = Sha256.start();
      String what = "%s %s %s ".formatted(tensor.name(), tensor.type(), tensor.shape());
      sha256.update(what.getBytes(StandardCharsets.UTF_8));
      try (FileChannel file = FileChannel.open(shard.path(), StandardOpenOption.READ)) {
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
        long start = shard.header().dataStart();
        for (long at = tensor.begin(); at < tensor.end(); at += chunk.limit()) {
          chunk.clear().limit((int) Math.min(CHUNK, tensor.end() - at));
          fill(chunk, file, start + at);
          sha256.update(chunk.flip());
        }
      } catch (IOException e) {
        throw FileFaults.reading(shard.path(), e);
      }
      return sha256.digest();
    }

    private static void fill(ByteBuffer chunk, FileChannel file, long start) throws IOException {
      while (chunk.hasRemaining()) {
        if (file.read(chunk, start + chunk.position()) < 0) {
          throw new IOException("the file ends early");
        }
      }
    }
  }
}
