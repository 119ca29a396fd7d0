package dev.espalier.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.testing.ChildJvm;
import dev.espalier.testing.HubServer;
import dev.espalier.testing.Samples;
import dev.espalier.testing.Slow;
import dev.espalier.testing.TinyModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that name a model on the Hub, in processes whose environment says where that is. */
@Slow
class HubRunTest {
  @TempDir Path temp;
  private HubServer server;

  @BeforeEach
  void start() throws IOException {
    server = new HubServer();
    server.folder("org/tiny", TinyModel.folder(temp.resolve("tiny")));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ChildJvm espalier() {
    return new ChildJvm(Espalier.class)
        .option("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0")
        .environment("HF_ENDPOINT", server.endpoint())
        .environment("HF_HOME", temp.resolve("hf").toString())
        .environment("HF_TOKEN", "hf_secret");
  }

  private ChildJvm.Result prune(String model, Path output) throws Exception {
    return espalier()
        .run(
            "prune",
            "--model",
            model,
            "--output",
            output,
            "--calibration",
            Samples.CALIBRATION,
            "--samples",
            4,
            "--seq-len",
            64,
            "--allocation",
            "uniform",
            "--sparsity",
            0.5,
            "--device",
            "cpu",
            "--json");
  }

  @Test
  void aModelIsPrunedByItsName() throws Exception {
    Path output = temp.resolve("out");
    ChildJvm.Result result = prune("org/tiny@main", output).succeeded();
    JsonNode json = new ObjectMapper().readTree(result.out());
    assertEquals("org/tiny@main", json.get("model").asText());
    assertEquals("org/tiny", json.at("/hub/repository").asText());
    assertEquals("main", json.at("/hub/revision").asText());
    assertEquals(HubServer.COMMIT, json.at("/hub/commit").asText());
    assertTrue(Files.isRegularFile(output.resolve("model.safetensors")));
    assertFalse(Files.isSymbolicLink(output.resolve("config.json")));
    assertFalse((result.out() + result.err()).contains("hf_secret"), result.err());
    assertTrue(result.err().contains("Downloading org/tiny"), result.err());

    server.forget();
    ChildJvm.Result inspected =
        espalier()
            .environment("HF_HUB_OFFLINE", "1")
            .run("inspect", "--model", "org/tiny")
            .succeeded();
    assertTrue(inspected.out().contains("weights in 21 linears"), inspected.out());
    assertEquals(0, server.requests().size());
  }

  @Test
  void aTextThatCannotBeFetchedIsOneSentence() throws Exception {
    ChildJvm.Result result =
        espalier()
            .environment("HF_HUB_OFFLINE", "1")
            .run("prune", "--model", Samples.MODEL, "--output", temp.resolve("out"));
    assertEquals(2, result.code());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains("c4"), result.err());
    assertFalse(Files.exists(temp.resolve("out")));
  }

  /** What the README shows, on a model and a data set that are small. */
  @Test
  void theShortestCommandIsWhole() throws Exception {
    String text = Samples.someText(20_000).replace("\"", "").replaceAll("\\s+", " ");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      lines.append("{\"text\": \"%s\"}\n".formatted(text.substring(900 * i, 900 * i + 900)));
    }
    ByteArrayOutputStream shard = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(shard)) {
      out.write(lines.toString().getBytes(UTF_8));
    }
    server.file("datasets/allenai/c4", "en/c4-train.00000-of-01024.json.gz", shard.toByteArray());
    Path pruned = Path.of("pruned", "tiny-wanda-uniform-0.5");
    Path output = temp.resolve("out");
    ChildJvm.Result result =
        espalier()
            .run(
                "prune",
                "--model",
                "org/tiny",
                "--sparsity",
                0.5,
                "--samples",
                4,
                "--seq-len",
                32,
                "--allocation",
                "uniform",
                "--output",
                output,
                "--json")
            .succeeded();
    JsonNode json = new ObjectMapper().readTree(result.out());
    assertEquals("c4", json.at("/calibration/corpus").asText());
    assertTrue(
        json.get("notes").toString().contains("c4 train is en/c4-train.00000-of-01024.json.gz of"),
        result.out());
    assertEquals(
        pruned.toString(),
        PruneCommand.request(
                new OptionParser(new PruneCommand())
                    .parse(
                        List.of(
                            "--model",
                            "org/tiny@main",
                            "--sparsity",
                            "0.5",
                            "--allocation",
                            "uniform")))
            .output()
            .toString());
  }

  @Test
  void aNameThatIsNothingIsOneSentence() throws Exception {
    Path output = temp.resolve("out");
    ChildJvm.Result result = prune("org/none", output);
    assertEquals(ExitCode.BAD_INPUT, result.code(), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains("org/none: there is no such folder, and http"), result.err());
    assertTrue(result.err().contains("shows no such model to the token of HF_TOKEN"), result.err());
    assertFalse(Files.exists(output));
    assertFalse(Files.exists(temp.resolve("hf/hub")));
  }

  @Test
  void aFolderOfThatNameComesFirst() throws Exception {
    Path here = Path.of("target/hub-run/none");
    Files.createDirectories(here);
    try {
      ChildJvm.Result result = espalier().run("inspect", "--model", "target/hub-run");
      assertEquals(ExitCode.BAD_INPUT, result.code());
      assertTrue(result.err().contains("target/hub-run: has no config.json"), result.err());
      assertEquals(0, server.requests().size());
    } finally {
      Files.delete(here);
      Files.delete(here.getParent());
    }
  }
}
