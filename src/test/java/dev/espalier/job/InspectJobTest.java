package dev.espalier.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.report.ModelInspection;
import dev.espalier.testing.RecordingProgress;
import dev.espalier.testing.Safetensors;
import dev.espalier.testing.Safetensors.Stored;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InspectJobTest {
  private static final String UP = "model.layers.0.mlp.up_proj.weight";

  @TempDir Path folder;
  private final Map<String, Stored> tensors = new LinkedHashMap<>();

  @BeforeEach
  void makeFolder() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{}");
    matrix(UP, "BF16", 2);
  }

  private void matrix(String name, String dtype, int bytes) {
    tensors.put(name, new Stored(dtype, List.of(2L, 4L), ByteBuffer.allocate(8 * bytes)));
  }

  private List<String> linears(Progress progress) throws IOException {
    Safetensors.write(folder.resolve(Safetensors.SINGLE), tensors);
    return InspectJob.run(folder, List.of(), progress).linears().stream()
        .map(ModelInspection.LinearInspection::name)
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "mlp.gate, mlp.experts.0.up_proj",
    "mlp.gate, mlp.experts.gate_up_proj",
    "block_sparse_moe.gate, block_sparse_moe.experts.0.w1",
    "mlp.gate.wg, mlp.experts.0.up_proj",
    "mlp.router, mlp.experts.down_proj",
    "mlp.router.classifier, mlp.experts.expert_0.wi",
    "ffn.router.layer, ffn.experts.mlp.w1",
    "feed_forward.router, feed_forward.experts.0.up_proj",
    "mlp.shared_expert_gate, mlp.shared_expert.up_proj"
  })
  void routersAreNoLinears(String router, String expert) throws IOException {
    String block = "model.layers.0.";
    matrix(block + router + ".weight", "BF16", 2);
    matrix(block + expert + ".weight", "BF16", 2);
    RecordingProgress progress = new RecordingProgress();
    assertEquals(List.of(UP, block + expert + ".weight"), linears(progress));
    assertTrue(progress.notes().toString().contains(router), progress.notes().toString());
  }

  @Test
  void stackedExpertsAreLinearsEach() throws IOException {
    String stack = "model.layers.0.mlp.experts.down_proj";
    matrix("model.layers.0.mlp.gate.weight", "BF16", 2);
    tensors.put(stack, new Stored("BF16", List.of(2L, 2L, 4L), ByteBuffer.allocate(32)));
    assertEquals(List.of(UP, stack + "[0]", stack + "[1]"), linears(Progress.NONE));
  }

  @Test
  void aGateWithoutExpertsIsALinear() throws IOException {
    matrix("model.layers.0.mlp.gate.weight", "BF16", 2);
    matrix("model.layers.0.mlp.gate_proj.weight", "BF16", 2);
    assertEquals(3, linears(Progress.NONE).size());
  }

  @ParameterizedTest
  @CsvSource({"I8, 1", "U8, 1", "F8_E4M3, 1", "I32, 4"})
  void whatIsStoredQuantizedIsNamed(String dtype, int bytes) throws IOException {
    matrix("model.layers.0.mlp.down_proj.weight", dtype, bytes);
    RecordingProgress progress = new RecordingProgress();
    assertEquals(List.of(UP), linears(progress));
    String notes = progress.notes().toString();
    assertTrue(notes.contains("1 linear stored as " + dtype + ", as in a quantized"), notes);
    tensors.remove(UP);
    String message =
        assertThrows(BadInputException.class, () -> linears(Progress.NONE)).getMessage();
    assertTrue(message.contains("stored as " + dtype), message);
  }
}
