package dev.espalier.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.files.FileFaults;
import dev.espalier.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * A Hugging Face model folder: {@code config.json} and safetensors weights, in one file or in
 * shards with an index. Headers are read and checked when it is opened; a shard is mapped when its
 * first tensor is asked for. Safe for use by several threads. Nothing is ever written into the
 * folder.
 */
public final class ModelFolder implements WeightSource, AutoCloseable {
  static final String CONFIG = "config.json";
  static final String SINGLE_FILE = "model.safetensors";

  private final Path path;
  private final ObjectNode config;
  private final List<Shard> shards;
  private final Map<String, Shard> shardOf = new LinkedHashMap<>();
  private final Map<String, SafetensorsFile> mapped = new HashMap<>();
  private boolean closed;

  private ModelFolder(Path path, ObjectNode config, List<Shard> shards) {
    this.path = path;
    this.config = config;
    this.shards = shards;
    for (Shard shard : shards) {
      shard.header().tensors().keySet().forEach(name -> shardOf.put(name, shard));
    }
  }

  /**
   * Opens and checks a folder.
   *
   * @throws BadInputException if it is no model folder, or its files are damaged or contradict each
   *     other
   */
  public static ModelFolder open(Path path) {
    if (!Files.isDirectory(path)) {
      throw FileFaults.in(path, "there is no such folder; " + advice(path));
    }
    if (!Files.isRegularFile(path.resolve(CONFIG))) {
      throw FileFaults.in(path, "has no config.json; give a Hugging Face model folder");
    }
    ObjectNode config = Json.readObject(path.resolve(CONFIG));
    return new ModelFolder(path, config, readShards(path));
  }

  /** What to give instead of a path at which there is nothing. */
  private static String advice(Path path) {
    String id = path.toString();
    Optional<Path> cached =
        HubCache.isId(id)
            ? HubCache.of(System.getenv(), System.getProperty("user.home"))
                .flatMap(cache -> cache.snapshot(id))
            : Optional.empty();
    String local = "models are read from local folders, and nothing is downloaded; ";
    if (cached.isPresent()) {
      return local + "the cache of the Hugging Face Hub holds it in " + cached.get();
    }
    return HubCache.isId(id) && !Files.isDirectory(path.getParent())
        ? local + "give the folder that holds it"
        : "give a folder with a model in it";
  }

  /** The folder, as it was given. */
  public Path path() {
    return path;
  }

  /** A copy of {@code config.json}. */
  public ObjectNode config() {
    return config.deepCopy();
  }

  /** The weight files, by name. */
  public List<Shard> shards() {
    return shards;
  }

  /** The names of all tensors, shard by shard in the order of the headers. */
  public Collection<String> names() {
    return Collections.unmodifiableSet(shardOf.keySet());
  }

  @Override
  public boolean contains(String name) {
    return shardOf.containsKey(name);
  }

  /**
   * Type, shape and place of a tensor.
   *
   * @throws BadInputException if there is none of that name
   */
  @Override
  public TensorEntry entry(String name) {
    return shard(name).header().tensors().get(name);
  }

  /**
   * A tensor on the CPU, of the file's type and shape, as a view of the mapped shard (see {@link
   * SafetensorsFile#tensor}). Writing to it does not change the file, but later views show it. The
   * caller owns it and closes it, before this folder is closed.
   *
   * @throws BadInputException if there is none of that name
   */
  @Override
  public Tensor tensor(String name) {
    Shard shard = shard(name);
    synchronized (mapped) {
      if (closed) {
        throw new IllegalStateException(path + " is closed");
      }
      return mapped
          .computeIfAbsent(
              shard.fileName(), key -> SafetensorsFile.open(shard.path(), shard.header()))
          .tensor(name);
    }
  }

  /** The type of most of its bytes. */
  public Dtype dtype() {
    Map<Dtype, Long> bytes = new EnumMap<>(Dtype.class);
    names().forEach(name -> bytes.merge(entry(name).dtype(), entry(name).bytes(), Long::sum));
    return bytes.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(Dtype.F32);
  }

  /** The size of all tensors in bytes. */
  public long parameterBytes() {
    return shards.stream().mapToLong(shard -> shard.header().dataBytes()).sum();
  }

  /**
   * A cheap identity of the checkpoint, 64 hexadecimal digits: it changes when {@code config.json},
   * or the name, header, size or modification time of a shard does.
   */
  public String digest() {
    return CheckpointDigest.of(this);
  }

  /** Gives up the mappings. Closing twice does nothing. */
  @Override
  public void close() {
    synchronized (mapped) {
      closed = true;
      mapped.values().forEach(SafetensorsFile::close);
      mapped.clear();
    }
  }

  private Shard shard(String name) {
    Shard shard = shardOf.get(name);
    if (shard == null) {
      throw FileFaults.inTensor(
          path, name, "is not in this checkpoint; its weights do not match its config.json");
    }
    return shard;
  }

  /** As transformers does, the single file wins where both it and an index are present. */
  private static List<Shard> readShards(Path folder) {
    if (Files.exists(folder.resolve(SINGLE_FILE))) {
      return List.of(Shard.read(folder, SINGLE_FILE));
    }
    if (Files.exists(folder.resolve(ShardIndex.FILE_NAME))) {
      return ShardIndex.readShards(folder);
    }
    throw FileFaults.in(
        folder,
        hasPickledWeights(folder)
            ? "has its weights only as pytorch_model.bin; convert them to safetensors"
            : "has neither model.safetensors nor " + ShardIndex.FILE_NAME + "; fetch the weights");
  }

  private static boolean hasPickledWeights(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> file.getFileName().toString().startsWith("pytorch_model"));
    } catch (IOException e) {
      throw FileFaults.reading(folder, e);
    }
  }
}
