package dev.espalier.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.pytorch.Tensor;

/** The weight files of an output, one for each of the source's. */
final class OutputShards implements AutoCloseable {
  private final List<ShardWriter> shards = new ArrayList<>();
  private final Map<String, ShardWriter> shardOf = new HashMap<>();
  private final Map<ShardWriter, SafetensorsFile> mapped = new ConcurrentHashMap<>();

  private OutputShards() {}

  static OutputShards create(ModelFolder source, Path folder) throws IOException {
    OutputShards output = new OutputShards();
    try {
      for (Shard shard : source.shards()) {
        output.add(ShardWriter.create(shard, folder));
      }
      return output;
    } catch (IOException | RuntimeException e) {
      output.close();
      throw e;
    }
  }

  /**
   * Those that an earlier run for the same source created; empty if that is not what lies there.
   */
  static Optional<OutputShards> reopen(ModelFolder source, Path folder) throws IOException {
    OutputShards output = new OutputShards();
    for (Shard shard : source.shards()) {
      Optional<ShardWriter> writer = ShardWriter.reopen(shard, folder);
      if (writer.isEmpty()) {
        output.close();
        return Optional.empty();
      }
      output.add(writer.get());
    }
    return Optional.of(output);
  }

  /** Writes tensors in their places; they are on disk when this returns. */
  void write(Map<String, Tensor> tensors) throws IOException {
    Set<ShardWriter> touched = new HashSet<>();
    for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
      ShardWriter shard = shard(tensor.getKey());
      shard.write(tensor.getKey(), tensor.getValue());
      touched.add(shard);
    }
    for (ShardWriter shard : touched) {
      shard.sync();
    }
  }

  /** A written tensor, as a view of the file; valid until these are closed. */
  Tensor tensor(String name) {
    return mapped
        .computeIfAbsent(shard(name), shard -> SafetensorsFile.open(shard.path()))
        .tensor(name);
  }

  /** Copies all tensors of the source but those; they are on disk when this returns. */
  void copyAllBut(Set<String> written) throws IOException {
    for (ShardWriter shard : shards) {
      shard.copyAllBut(written);
      shard.sync();
    }
  }

  @Override
  public void close() throws IOException {
    mapped.values().forEach(SafetensorsFile::close);
    mapped.clear();
    for (ShardWriter shard : shards) {
      shard.close();
    }
  }

  private ShardWriter shard(String name) {
    ShardWriter shard = shardOf.get(name);
    return shard != null ? shard : shardOf.get(SliceName.tensorOf(name));
  }

  private void add(ShardWriter writer) {
    shards.add(writer);
    writer.source().header().tensors().keySet().forEach(name -> shardOf.put(name, writer));
  }
}
