package dev.espalier.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.files.FileFaults;
import dev.espalier.files.Json;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private final Optional<ShardIndex> index;
  private final Map<String, String> contradictions;
  private final Map<String, Shard> shardOf = new LinkedHashMap<>();
  private final Map<String, SafetensorsFile> mapped = new HashMap<>();
  private boolean closed;

  private ModelFolder(
      Path path, ObjectNode config, List<Shard> shards, Optional<ShardIndex> index) {
    this.path = path;
    this.config = config;
    this.shards = shards;
    this.index = index;
    this.contradictions = index.map(read -> read.contradictions(shards)).orElse(Map.of());
    for (Shard shard : shards) {
      shard.header().tensors().keySet().forEach(name -> shardOf.put(name, shard));
    }
    shardOf.keySet().removeAll(contradictions.keySet());
  }

  /**
   * Opens and checks a folder.
   *
   * @throws BadInputException if it is no model folder, or its files are damaged
   */
  public static ModelFolder open(Path path) {
    if (Files.isRegularFile(path)) {
      throw FileFaults.in(path, "is a file; give the folder with the model in it");
    }
    if (!Files.isDirectory(path)) {
      throw FileFaults.in(
          path,
          "there is no such folder; give one with a model in it, or a name on the Hugging Face Hub");
    }
    if (!Files.isRegularFile(path.resolve(CONFIG))) {
      throw FileFaults.in(
          path,
          OtherFormat.found(path).orElse("has no config.json; give a Hugging Face model folder"));
    }
    ObjectNode config = Json.readObject(path.resolve(CONFIG));
    // As transformers does, the single file wins where both it and an index are present.
    if (Files.exists(path.resolve(SINGLE_FILE), LinkOption.NOFOLLOW_LINKS)) {
      return new ModelFolder(
          path, config, List.of(Shard.read(path, SINGLE_FILE)), Optional.empty());
    }
    if (Files.exists(path.resolve(ShardIndex.FILE_NAME))) {
      ShardIndex index = ShardIndex.read(path);
      return new ModelFolder(path, config, index.shards(), Optional.of(index));
    }
    throw FileFaults.in(
        path,
        OtherFormat.found(path)
            .orElse(
                "has neither model.safetensors nor "
                    + ShardIndex.FILE_NAME
                    + "; fetch the weights"));
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

  /** The names of all tensors, shard by shard in the order of the headers; disputed ones apart. */
  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(shardOf.keySet());
  }

  /** The names of tensors of which the index says otherwise than the shards. */
  public Set<String> disputed() {
    return contradictions.keySet();
  }

  /** Also of a disputed one, of which {@link #entry} says what is wrong. */
  @Override
  public boolean contains(String name) {
    return shardOf.containsKey(name) || contradictions.containsKey(name);
  }

  /** As safetensors' own {@code save_model} writes them into the metadata. */
  @Override
  public Map<String, String> aliases() {
    Map<String, String> aliases = new LinkedHashMap<>();
    for (Shard shard : shards) {
      shard
          .header()
          .metadata()
          .forEach(
              (alias, name) -> {
                if (shard.header().tensors().containsKey(name) && !shardOf.containsKey(alias)) {
                  aliases.put(alias, name);
                }
              });
    }
    return aliases;
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
    for (Shard shard : shards) {
      for (TensorEntry tensor : shard.header().tensors().values()) {
        tensor.known().ifPresent(dtype -> bytes.merge(dtype, tensor.bytes(), Long::sum));
      }
    }
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
    if (contradictions.containsKey(name)) {
      throw index.orElseThrow().contradicted(name, contradictions.get(name));
    }
    Shard shard = shardOf.get(name);
    if (shard == null) {
      throw FileFaults.inTensor(
          path, name, "is not in this checkpoint; its weights do not match its config.json");
    }
    return shard;
  }
}
