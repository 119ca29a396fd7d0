package dev.espalier.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.files.FileFaults;
import dev.espalier.files.Json;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** {@code model.safetensors.index.json}: which tensor lies in which shard. */
final class ShardIndex {
  static final String FILE_NAME = "model.safetensors.index.json";

  private final Path file;
  private final Map<String, String> shardOf = new LinkedHashMap<>();

  private ShardIndex(Path file) {
    this.file = file;
  }

  /** Reads the index of a folder and every shard it names, and checks them against each other. */
  static List<Shard> readShards(Path folder) {
    ShardIndex index = new ShardIndex(folder.resolve(FILE_NAME));
    index.read();
    List<Shard> shards =
        new TreeSet<>(index.shardOf.values())
            .stream().map(name -> Shard.read(folder, name)).toList();
    index.checkAgainst(shards);
    return shards;
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
    if (!isPlain(shard)) {
      throw FileFaults.inTensor(
          file,
          tensor,
          "is mapped to "
              + FileFaults.quote(shard)
              + ", but shards must lie in the model folder itself");
    }
    return shard;
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

  private void checkAgainst(List<Shard> shards) {
    int found = 0;
    for (Shard shard : shards) {
      for (String tensor : shard.header().tensors().keySet()) {
        checkOwner(tensor, shard.fileName());
        found++;
      }
    }
    if (found == shardOf.size()) {
      return;
    }
    Map<String, String> missing = new LinkedHashMap<>(shardOf);
    shards.forEach(shard -> missing.keySet().removeAll(shard.header().tensors().keySet()));
    Map.Entry<String, String> first = missing.entrySet().iterator().next();
    throw inconsistent(first.getKey(), "is not in " + FileFaults.quote(first.getValue()));
  }

  private void checkOwner(String tensor, String shard) {
    String owner = shardOf.get(tensor);
    if (owner == null) {
      throw inconsistent(tensor, "is in " + FileFaults.quote(shard) + " but not in the index");
    }
    if (!owner.equals(shard)) {
      throw inconsistent(
          tensor,
          "is in " + FileFaults.quote(shard) + " too, though mapped to " + FileFaults.quote(owner));
    }
  }

  private BadInputException inconsistent(String tensor, String problem) {
    return FileFaults.inTensor(
        file, tensor, problem + "; index and shards do not belong together, so fetch them again");
  }
}
