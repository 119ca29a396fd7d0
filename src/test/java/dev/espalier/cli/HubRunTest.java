package dev.espalier.cli;

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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
