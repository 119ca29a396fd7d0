package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.cli.Folders.Stored;
import dev.espalier.testing.OnCuda;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole runs on a CUDA device beside the same on the CPU, both in float32. */
@OnCuda
class CudaRunTest {
  private static final String IN_BLOCK = "model\\.layers\\.\\d+\\..*_proj\\.weight";

  @TempDir Path temp;

  private Path prune(String device, String... args) throws IOException {
    Path output = temp.resolve(device.replace(':', '-'));
    Stream<Object> fixed =
        Stream.of(
            "--output",
            output,
            "--device",
            device,
            "--compute-dtype",
            "float32",
            "--samples",
            "16",
            "--seq-len",
            "256",
            "--evaluate",
            text());
    Runs.prune(Stream.concat(fixed, Stream.of(args)).toArray()).succeeded();
    return output;
  }

  private Path text() throws IOException {
    return Files.writeString(
        temp.resolve("text.txt"), Files.readString(Sample.TEST).substring(0, 20_000));
  }

  private static JsonNode report(Path output) throws IOException {
    return Folders.JSON.readTree(output.resolve("espalier.json").toFile());
  }

  /** How many of the prunable weights are zero in one folder only. */
  private static double disagreement(Path a, Path b) throws IOException {
    Map<String, Stored> first = Folders.allTensors(a);
    Map<String, Stored> second = Folders.allTensors(b);
    long weights = 0;
    long different = 0;
    for (String name : first.keySet()) {
      if (name.matches(IN_BLOCK)) {
        short[] left = first.get(name).halves();
        short[] right = second.get(name).halves();
        weights += left.length;
        for (int i = 0; i < left.length; i++) {
          different += (left[i] == 0) != (right[i] == 0) ? 1 : 0;
        }
      }
    }
    return (double) different / weights;
  }

  /** The masks of later blocks rest on activations that earlier blocks have rounded differently. */
  @ParameterizedTest
  @CsvSource({
    "magnitude, --allocation uniform --sparsity 0.6, 0",
    "magnitude, --pattern 2:4, 0",
    "wanda, --allocation uniform --sparsity 0.6, 2e-4",
    "wanda, --allocation dlp, 2e-4",
    "wanda, --pattern 4:8, 2e-4",
    "wanda-variant, --allocation owl --sparsity 0.5, 2e-4",
    "sparsegpt, --allocation dlp, 5e-3",
    "sparsegpt, --pattern 2:4, 5e-3",
  })
  void prunesAsTheCpuDoes(String method, String options, double tolerance) throws IOException {
    String[] args = ("--method " + method + " " + options).split(" ");
    Path cuda = prune("cuda", args);
    Path cpu = prune("cpu", args);
    double disagreement = disagreement(cpu, cuda);
    assertTrue(disagreement <= tolerance, () -> "masks differ in " + disagreement);
    JsonNode expected = report(cpu);
    JsonNode actual = report(cuda);
    assertEquals("cuda:0", actual.at("/compute/device").asText());
    assertEquals(
        expected.at("/sparsity/achieved").asDouble(),
        actual.at("/sparsity/achieved").asDouble(),
        1e-4);
    for (String model : new String[] {"dense", "pruned"}) {
      double perplexity = expected.at("/perplexity/0/" + model).asDouble();
      double bound = (model.equals("dense") ? 1e-4 : 1e-2) * perplexity;
      assertEquals(perplexity, actual.at("/perplexity/0/" + model).asDouble(), bound, model);
    }
  }

  @Test
  void theSameRunGivesTheSameBits() throws IOException {
    String[] args = {"--method", "sparsegpt", "--sparsity", "0.6"};
    Path first = Files.move(prune("cuda", args), temp.resolve("first"));
    Path second = prune("cuda", args);
    assertEquals(Folders.allTensors(first), Folders.allTensors(second));
  }

  @Test
  void unaskedTheDtypeIsTheCheckpoints() throws IOException {
    Path output = temp.resolve("auto");
    Runs.prune("--output", output, "--device", "auto", "--evaluate", text()).succeeded();
    assertEquals("cuda:0", report(output).at("/compute/device").asText());
    assertEquals("bfloat16", report(output).at("/compute/dtype").asText());
    assertTrue(
        report(output).at("/notes").toString().contains("stay on cuda:0"),
        () -> "no word of the activations");
  }

  @Test
  void evaluates() throws IOException {
    double[] perplexity = new double[2];
    String[] devices = {"cpu", "cuda:0"};
    for (int i = 0; i < devices.length; i++) {
      perplexity[i] =
          Runs.run(
                  "eval",
                  "--device",
                  devices[i],
                  "--compute-dtype",
                  "float32",
                  "--evaluate",
                  text(),
                  "--json")
              .succeeded()
              .json()
              .at("/perplexity/0/value")
              .asDouble();
    }
    assertEquals(perplexity[0], perplexity[1], 1e-4 * perplexity[0]);
  }

  @Test
  void namesTheDevicesThereAre() {
    Runs.prune("--device", "cuda:99")
        .refused("the device cuda:99 is not there", "cuda:0", "(--device)");
  }
}
