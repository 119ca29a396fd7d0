package dev.espalier.checkpoint;

import static dev.espalier.checkpoint.Checkpoints.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.testing.Safetensors;
import dev.espalier.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest {
  private static final String FIRST = "model-00001-of-00002.safetensors";
  private static final String SECOND = "model-00002-of-00002.safetensors";

  @TempDir Path temporary;
  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectory(temporary.resolve("model"));
  }

  @Test
  void readsASingleFile() throws IOException {
    try (ModelFolder model = ModelFolder.open(Checkpoints.single(folder))) {
      assertEquals(List.of("a", "b"), List.copyOf(model.names()));
      assertEquals("llama", model.config().get("model_type").asText());
      assertEquals(22, model.parameterBytes());
      assertEquals(Dtype.F32, model.dtype(), "16 of 22 bytes");
      assertEquals(Dtype.BF16, model.entry("b").dtype());
      assertTrue(model.contains("a"));
      assertFalse(model.contains("c"));
      try (Tensor a = model.tensor("a")) {
        assertEquals(4, a.numel());
      }
      assertRefused(() -> model.tensor("c"), folder.toString(), "'c'", "config.json");
      assertRefused(() -> model.entry("c"), "'c'");
    }
  }

  @Test
  void readsShards() throws IOException {
    ModelFolder model = ModelFolder.open(Checkpoints.sharded(folder));
    try (model) {
      assertEquals(List.of("a", "b", "c", "d"), List.copyOf(model.names()));
      assertEquals(List.of(FIRST, SECOND), model.shards().stream().map(Shard::fileName).toList());
      assertEquals(44, model.parameterBytes());
      try (PointerScope scope = new PointerScope()) {
        assertEquals(3, model.tensor("d").numel());
      }
      try (Tensor d = model.tensor("d")) {
        assertEquals(3, d.numel());
      }
    }
    model.close();
    assertThrows(IllegalStateException.class, () -> model.tensor("a"));
  }

  @Test
  void readsTheSample() {
    try (ModelFolder model = ModelFolder.open(Samples.MODEL);
        Tensor embedding = model.tensor("model.embed_tokens.weight")) {
      assertEquals(92, model.names().size());
      assertEquals(4096, embedding.size(0));
      assertEquals(192, embedding.size(1));
      assertTrue(embedding.isfinite().all().item_bool());
    }
  }

  @Test
  void readsTheSymbolicLinksOfTheHubsCache() throws IOException {
    Path blobs = Checkpoints.sharded(Files.createDirectory(temporary.resolve("blobs")));
    for (String name : List.of("config.json", FIRST, SECOND, ShardIndex.FILE_NAME)) {
      Files.createSymbolicLink(folder.resolve(name), Path.of("../blobs").resolve(name));
    }
    try (ModelFolder model = ModelFolder.open(folder);
        Tensor c = model.tensor("c");
        ModelFolder direct = ModelFolder.open(blobs)) {
      assertEquals(4, c.numel());
      assertEquals(direct.digest(), model.digest());
    }
  }

  @Test
  void theSingleFileWinsOverAnIndex() throws IOException {
    Checkpoints.sharded(folder);
    Checkpoints.single(folder);
    try (ModelFolder model = ModelFolder.open(folder)) {
      assertEquals(List.of("a", "b"), List.copyOf(model.names()));
    }
  }

  @Test
  void theDigestFollowsWhatIdentifiesTheCheckpoint() throws IOException {
    Checkpoints.sharded(folder);
    String digest = digest();
    assertTrue(digest.matches("[0-9a-f]{64}"), digest);
    assertEquals(digest, digest());
    Files.writeString(folder.resolve("config.json"), "{}");
    String otherConfig = digest();
    assertNotEquals(digest, otherConfig);
    Files.setLastModifiedTime(folder.resolve(SECOND), FileTime.fromMillis(1_000));
    assertNotEquals(otherConfig, digest());
  }

  @Test
  void refusesWhatIsNoModelFolder() throws IOException {
    assertRefused(() -> ModelFolder.open(temporary.resolve("x")), "x", "no such folder");
    assertRefused(() -> ModelFolder.open(folder), folder.toString(), "no config.json");
    Path config = Files.writeString(folder.resolve("config.json"), "{\"a\":1,\"a\":2}");
    assertRefused(() -> ModelFolder.open(folder), config.toString(), "not valid JSON");
    Files.writeString(config, "[]");
    assertRefused(() -> ModelFolder.open(folder), config.toString(), "JSON object");
    Files.writeString(config, "");
    assertRefused(() -> ModelFolder.open(folder), config.toString(), "is empty");
    Files.writeString(config, "{} {}");
    assertRefused(() -> ModelFolder.open(folder), config.toString(), "not valid JSON");
    Files.writeString(config, "{}");
    assertRefused(() -> ModelFolder.open(folder), "neither model.safetensors nor");
  }

  @ParameterizedTest
  @CsvSource({
    "pytorch_model-00001-of-00002.bin, a pickle of PyTorch",
    "consolidated.00.pth, Meta's own format",
    "consolidated.safetensors, Mistral's own format",
    "adapter_model.safetensors, merge_and_unload",
    "model-00001-of-00002.safetensors, shards without their model.safetensors.index.json",
    "model.fp16.safetensors, another name than model.safetensors",
    "llama-7b.Q4_K_M.gguf, llama.cpp",
    "ggml-model-q4_0.bin, llama.cpp",
    "weights.00.npz, MLX",
    "model.onnx, ONNX",
    "openvino_model.bin, OpenVINO",
    "tf_model.h5, another framework",
  })
  void whatAFolderHoldsInsteadOfAModelIsNamed(String file, String named) throws IOException {
    Files.writeString(folder.resolve("config.json"), "{}");
    Files.writeString(folder.resolve(file), "");
    assertRefused(() -> ModelFolder.open(folder), folder.toString(), named, file);
  }

  @Test
  void brokenLinksAreNamed() throws IOException {
    Checkpoints.sharded(folder);
    Files.delete(folder.resolve(SECOND));
    assertRefused(() -> ModelFolder.open(folder), SECOND, "no such file", "fetch it, too");
    Files.createSymbolicLink(folder.resolve(SECOND), Path.of("../blobs/gone"));
    assertRefused(() -> ModelFolder.open(folder), SECOND, "broken symbolic link");
    Files.createSymbolicLink(folder.resolve("model.safetensors"), Path.of("../blobs/gone"));
    assertRefused(() -> ModelFolder.open(folder), "model.safetensors", "broken symbolic link");
  }

  @Test
  void anAdapterIsNoModel() throws IOException {
    Files.writeString(folder.resolve("adapter_config.json"), "{}");
    Path weights = Files.writeString(folder.resolve("adapter_model.safetensors"), "");
    assertRefused(() -> ModelFolder.open(folder), folder.toString(), "an adapter, not a model");
    assertRefused(() -> ModelFolder.open(weights), weights.toString(), "give the folder");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../model/model-00001-of-00002.safetensors",
        "/etc/passwd",
        "sub/x.safetensors",
        "sub/../../x",
        "..",
        ".",
        "",
        " ",
        "./../x",
        "././x",
        "model-00001-of-00002.safetensors/",
        "a\\b",
        ".hidden",
        "a\0b"
      })
  void refusesIndexEntriesThatLeaveTheFolder(String shard) throws IOException {
    Checkpoints.sharded(folder);
    Checkpoints.index(folder, Map.of("a", FIRST, "b", shard, "c", SECOND, "d", SECOND));
    assertRefused(() -> ModelFolder.open(folder), ShardIndex.FILE_NAME, "tensor 'b'", "itself");
  }

  @Test
  void aShardMayBeNamedFromTheFolder() throws IOException {
    Checkpoints.sharded(folder);
    Checkpoints.index(folder, Map.of("a", "./" + FIRST, "b", FIRST, "c", SECOND, "d", SECOND));
    try (ModelFolder model = ModelFolder.open(folder)) {
      assertEquals(List.of(FIRST, SECOND), model.shards().stream().map(Shard::fileName).toList());
      assertEquals(4, model.entry("a").elements());
    }
  }

  @Test
  void indexAndShardsMayContradictEachOtherWhereNobodyReads() throws IOException {
    Checkpoints.sharded(folder);
    Checkpoints.index(folder, Map.of("a", FIRST, "b", FIRST, "c", FIRST, "e", SECOND));
    Checkpoints.shard(folder.resolve(SECOND), "b", "d");
    try (ModelFolder model = ModelFolder.open(folder)) {
      assertEquals(Set.of("a"), model.names());
      assertEquals(Set.of("b", "c", "d", "e"), model.disputed());
      assertEquals(4, model.entry("a").elements());
      contradicted(model, "b", "is in '" + SECOND + "', though mapped to '" + FIRST + "'");
      contradicted(model, "c", "is not in '" + FIRST + "'");
      contradicted(model, "d", "is in '" + SECOND + "' but not in the index");
      contradicted(model, "e", "is not in '" + SECOND + "'");
    }
    Checkpoints.index(folder, Map.of("a", FIRST, "d", "other"));
    assertRefused(() -> ModelFolder.open(folder), "other", "no such file");
  }

  private static void contradicted(ModelFolder model, String tensor, String problem) {
    assertTrue(model.contains(tensor), tensor);
    assertRefused(
        () -> model.entry(tensor), ShardIndex.FILE_NAME, "'" + tensor + "' " + problem, "both");
    assertRefused(() -> model.tensor(tensor), "'" + tensor + "' " + problem);
  }

  @Test
  void theMetadataMaySayWhichTensorStandsForAnother() throws IOException {
    Checkpoints.single(folder);
    String header =
        "{\"__metadata__\":{\"format\":\"pt\",\"c\":\"a\",\"b\":\"a\",\"d\":\"x\"},"
            + Checkpoints.entry("a", "U8", "[4]", 0, 4)
            + ","
            + Checkpoints.entry("b", "U8", "[4]", 4, 8)
            + "}";
    Safetensors.write(folder.resolve("model.safetensors"), header, Checkpoints.data(8));
    try (ModelFolder model = ModelFolder.open(folder)) {
      assertEquals(Map.of("c", "a"), model.aliases());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"weight_map\":{}}", "{\"weight_map\":[]}", "{\"weight_map\":3}"})
  void refusesAnIndexWithoutAMap(String index) throws IOException {
    Checkpoints.sharded(folder);
    Files.writeString(folder.resolve(ShardIndex.FILE_NAME), index);
    assertRefused(() -> ModelFolder.open(folder), ShardIndex.FILE_NAME, "weight_map");
  }

  @Test
  void refusesDamagedIndexes() throws IOException {
    Checkpoints.sharded(folder);
    Path index = folder.resolve(ShardIndex.FILE_NAME);
    Files.writeString(index, "{\"weight_map\":{\"a\":1}}");
    assertRefused(() -> ModelFolder.open(folder), index.toString(), "'a' is not mapped");
    Files.writeString(index, "{\"weight_map\":{\"a\":\"x\",\"a\":\"y\"}}");
    assertRefused(() -> ModelFolder.open(folder), index.toString(), "Duplicate");
    Files.writeString(index, "[".repeat(100_000));
    assertRefused(() -> ModelFolder.open(folder), index.toString(), "not valid JSON");
  }

  private String digest() {
    try (ModelFolder model = ModelFolder.open(folder)) {
      return model.digest();
    }
  }
}
