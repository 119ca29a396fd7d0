package dev.espalier.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.EspalierException;
import dev.espalier.testing.HubServer;
import dev.espalier.testing.RecordingProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A server with a model in two shards, an empty cache, and a clock that does not wait. */
abstract class HubCase {
  static final String ID = "org/model";
  static final String SHARD = "model-00001-of-00002.safetensors";
  static final String SECOND = "model-00002-of-00002.safetensors";
  static final String INDEX = "model.safetensors.index.json";
  static final String TOKEN = "hf_abcdefSecret";

  @TempDir Path home;
  final Map<String, String> variables = new HashMap<>();
  final List<Duration> sleeps = new ArrayList<>();
  RecordingProgress progress = new RecordingProgress();
  final byte[] first = random(300_000, 1);
  final byte[] second = random(200_000, 2);
  HubServer server;
  long free = Long.MAX_VALUE;
  Duration stall = Duration.ofSeconds(20);

  @BeforeEach
  void start() throws IOException {
    server = new HubServer();
    variables.put("HF_HOME", home.toString());
    variables.put("HF_ENDPOINT", server.endpoint());
    server
        .file(ID, "config.json", "{}".getBytes(UTF_8))
        .file(ID, "tokenizer.json", "{\"version\": 1}".getBytes(UTF_8))
        .file(ID, "README.md", "words".getBytes(UTF_8))
        .file(ID, "pytorch_model.bin", random(1000, 3))
        .file(ID, "pytorch_model.bin.index.json", "{}".getBytes(UTF_8))
        .file(ID, "onnx/model.onnx", random(1000, 4))
        .file(
            ID,
            INDEX,
            "{\"weight_map\": {\"a\": \"%s\", \"b\": \"%s\"}}"
                .formatted(SHARD, SECOND)
                .getBytes(UTF_8))
        .file(ID, SHARD, first)
        .file(ID, SECOND, second);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  static byte[] random(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  final Hub hub() {
    return new Hub(
        HubEnvironment.of(variables, home.toString()), sleeps::add, folder -> free, stall);
  }

  final HubCopy fetch(String name) {
    return hub().model(HubName.parse(name).orElseThrow(), progress);
  }

  final String refused(Class<? extends EspalierException> type, String name, String... parts) {
    EspalierException e = assertThrows(type, () -> fetch(name));
    progress = new RecordingProgress();
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), () -> "no '" + part + "' in: " + e.getMessage());
    }
    assertFalse(e.getMessage().contains(TOKEN), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
    return e.getMessage();
  }

  final Path repo() {
    return home.resolve("hub/models--org--model");
  }

  final Path partial(byte[] bytes) {
    return repo().resolve("blobs/" + HubServer.etag(SHARD, bytes) + ".espalier.incomplete");
  }

  final void assertWhole(HubCopy copy) throws IOException {
    assertArrayEquals(first, Files.readAllBytes(copy.path().resolve(SHARD)));
    assertArrayEquals(second, Files.readAllBytes(copy.path().resolve(SECOND)));
    assertEquals("{}", Files.readString(copy.path().resolve("config.json")));
    try (Stream<Path> blobs = Files.list(repo().resolve("blobs"))) {
      assertEquals(List.of(), blobs.filter(b -> b.toString().endsWith("incomplete")).toList());
    }
  }

  final void assertNoSnapshot() {
    assertFalse(Files.exists(repo().resolve("refs")));
    assertFalse(Files.exists(repo().resolve("snapshots/" + HubServer.COMMIT + "/" + SHARD)));
  }
}
