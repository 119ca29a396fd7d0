package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.testing.Safetensors;
import dev.espalier.testing.Safetensors.Stored;
import dev.espalier.testing.Samples;
import dev.espalier.testing.TinyModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models whose activations, or perplexities, are beyond what numbers can hold. */
class OverflowRunTest {
  private static final String BLOCK = "model.layers.1.";

  @TempDir Path temp;

  private Path model;
  private Path work;

  /** Finite weights, of which float16 makes a product that is not. */
  @BeforeEach
  void makeModel() throws IOException {
    model = TinyModel.folder(temp.resolve("model"));
    work = Files.createDirectory(temp.resolve("work"));
  }

  private void scale(double factor, String... names) throws IOException {
    Path file = model.resolve(Safetensors.SINGLE);
    Map<String, Stored> tensors = Safetensors.read(file);
    for (String name : names) {
      ByteBuffer bytes = tensors.get(name).bytes();
      for (int i = 0; i < bytes.limit(); i += Short.BYTES) {
        float value = Float.intBitsToFloat(Short.reverseBytes(bytes.getShort(i)) << 16);
        int scaled = Float.floatToIntBits((float) (value * factor)) >>> 16;
        bytes.putShort(i, Short.reverseBytes((short) scaled));
      }
    }
    Safetensors.write(file, tensors);
  }

  private Runs.Result run(String command, Object... args) {
    List<Object> line = new ArrayList<>(List.of(command, "--model", model));
    line.addAll(List.of(args));
    return Runs.run(line.toArray());
  }

  /**
   * @param how a command and its options; OUT is a name in a folder that is empty
   */
  private Runs.Result calibrated(String dtype, String how) {
    String[] words = how.replace("OUT", work.resolve("out").toString()).split(" ", 2);
    String all =
        "--calibration %s --samples 3 --seq-len 32 --compute-dtype %s %s"
            .formatted(Samples.CALIBRATION, dtype, words[1]);
    return run(words[0], (Object[]) all.split(" "));
  }

  private static String last(Runs.Result result) {
    assertEquals(ExitCode.BAD_INPUT, result.code(), result.err());
    return result.err().lines().reduce((a, b) -> b).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prune --allocation uniform --method wanda --output OUT",
        "prune --allocation uniform --method wanda-variant --output OUT",
        "prune --allocation uniform --method sparsegpt --output OUT",
        "prune --allocation uniform --method magnitude --output OUT",
        "prune --allocation dlp --output OUT",
        "prune --allocation lsa --method sparsegpt --output OUT",
        "prune --auto-trials 2 --method sparsegpt --output OUT",
        "prune --output OUT",
        "search --values owl,lsa --output OUT.json",
        "search --values owl --method magnitude --output OUT.json",
        "allocate --allocation owl,dlp --output OUT.html",
        "allocate --allocation lsa"
      })
  void activationsBeyondTheDtypeAreRefusedAndLeaveNothing(String how) throws IOException {
    scale(1e4, BLOCK + "mlp.up_proj.weight", BLOCK + "mlp.gate_proj.weight");
    String last = last(calibrated("float16", how));
    assertTrue(last.contains("are NaN or infinite in float16"), last);
    assertTrue(last.contains("layers.1.") || last.contains("block 1"), last);
    assertTrue(last.contains("compute in bfloat16 or float32"), last);
    assertTrue(last.endsWith(" (--compute-dtype)"), last);
    assertEquals(List.of(" 0"), Folders.listing(work));
  }

  @Test
  void anotherDtypeGoesOnWhereTheFirstWasRefused() throws IOException {
    scale(1e4, BLOCK + "mlp.up_proj.weight", BLOCK + "mlp.gate_proj.weight");
    last(calibrated("float16", "prune --allocation uniform --output OUT"));
    last(calibrated("float16", "prune --allocation uniform --method sparsegpt --output OUT"));
    calibrated("float32", "prune --allocation uniform --output OUT").succeeded();
  }

  @Test
  void evaluationSaysWhereItEnds() throws IOException {
    scale(1e4, BLOCK + "mlp.up_proj.weight", BLOCK + "mlp.gate_proj.weight");
    String last =
        last(
            run("eval", "--evaluate", Samples.TEST, "--seq-len", 64, "--compute-dtype", "float16"));
    assertTrue(last.contains("the outputs of block 1 are NaN or infinite in float16"), last);
  }

  @Test
  void evaluationNamesTheWeight() throws IOException {
    scale(Double.NaN, BLOCK + "mlp.up_proj.weight");
    String last = last(run("eval", "--evaluate", Samples.TEST, "--seq-len", 64));
    assertTrue(last.contains(BLOCK + "mlp.up_proj.weight has weights that are NaN"), last);
  }

  @Test
  void whereNothingIsFiniteNothingIsTheBest() throws IOException {
    scale(1e30, "model.norm.weight");
    for (String how :
        List.of("prune --output OUT --auto-trials 2", "search --values owl --output OUT.json")) {
      String last = last(calibrated("float32", how));
      assertTrue(last.contains("no allocation leaves a model whose perplexity is finite"), last);
      assertTrue(last.contains("not one of uniform or "), last);
      assertEquals(List.of(" 0"), Folders.listing(work));
    }
  }

  @Test
  void aPerplexityThatIsInfiniteIsTold() throws IOException {
    scale(1e30, "model.norm.weight");
    var result = run("eval", "--evaluate", Samples.TEST, "--seq-len", 64).succeeded();
    assertTrue(result.err().contains("is more than a number can hold"), result.err());
  }
}
