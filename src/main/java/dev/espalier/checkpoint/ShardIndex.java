package dev.espalier.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.files.FileFaults;
import dev.espalier.files.Json;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code model.safetensors.index.json}: which tensor lies in which shard. Where it and the shards
 * contradict each other, that is remembered by tensor: it matters only for those that are read.
 */
final class ShardIndex {
  static final String FILE_NAME = "model.safetensors.index.json";

  private static final String CONTRADICTION =
      "index and shards contradict each other: fetch both from one place or write the model anew";

  private final Path file;
  private final Map<String, String> shardOf = new LinkedHashMap<>();

  private ShardIndex(Path file) {
    this.file = file;
  }

  /** Reads the index of a folder. */
  static ShardIndex read(Path folder) {
    ShardIndex index = new ShardIndex(folder.resolve(FILE_NAME));
    index.read();
    return index;
  }

  /** Reads every shard it names. */
  List<Shard> shards() {
    return new TreeSet<>(shardOf.values()).stream().map(this::shard).toList();
  }

  private Shard shard(String name) {
    Path shard = file.resolveSibling(name);
    if (!Files.exists(shard, LinkOption.NOFOLLOW_LINKS)) {
      throw FileFaults.in(
          shard, "there is no such file, though " + FILE_NAME + " names it; fetch it, too");
    }
    return Shard.read(file.getParent(), name);
  }

  /** What contradicts the index: sentences by tensor. */
  Map<String, String> contradictions(List<Shard> shards) {
    Map<String, String> contradictions = new LinkedHashMap<>();
    Set<String> found = new HashSet<>();
    for (Shard shard : shards) {
      for (String tensor : shard.header().tensors().keySet()) {
        String in = "is in " + FileFaults.quote(shard.fileName());
        String owner = shardOf.get(tensor);
        if (owner == null) {
          contradictions.put(tensor, in + " but not in the index");
        } else if (!owner.equals(shard.fileName())) {
          contradictions.put(tensor, in + ", though mapped to " + FileFaults.quote(owner));
        }
        found.add(tensor);
      }
    }
    shardOf.forEach(
        (tensor, shard) -> {
          if (!found.contains(tensor)) {
            contradictions.put(tensor, "is not in " + FileFaults.quote(shard));
          }
        });
    contradictions.replaceAll((tensor, problem) -> problem + "; " + CONTRADICTION);
    return contradictions;
  }

  /** The fault of reading a tensor of which that is wrong. */
  BadInputException contradicted(String tensor, String problem) {
    return FileFaults.inTensor(file, tensor, problem);
  }

  private void read() {
    JsonNode weights = Json.readObject(file).get("weight_map");
    if (!(weights instanceof ObjectNode) || weights.isEmpty()) {
      throw FileFaults.in(
          file, "must hold a JSON object 'weight_map' of tensor names and file names");
    }
    for (Map.Entry<String, JsonNode> weight : weights.properties()) {
      String tensor = weight.getKey();
      if (!weight.getValue().isTextual()) {
        throw FileFaults.inTensor(file, tensor, "is not mapped to a file name");
      }
      shardOf.put(tensor, checkedName(tensor, weight.getValue().textValue()));
    }
  }

  /** A shard is a plain name: with a separator or dots it could reach outside the folder. */
  private String checkedName(String tensor, String shard) {
    String plain = shard.startsWith("./") ? shard.substring(2) : shard;
    if (!isPlain(plain)) {
      throw FileFaults.inTensor(
          file,
          tensor,
          "is mapped to "
              + FileFaults.quote(shard)
              + ", but shards must lie in the model folder itself");
    }
    return plain;
  }

  private static boolean isPlain(String name) {
    try {
      return !name.isBlank()
          && !name.startsWith(".")
          && name.indexOf('\\') < 0
          && Path.of(name).getNameCount() == 1
          && Path.of(name).toString().equals(name)
          && !Path.of(name).isAbsolute();
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
