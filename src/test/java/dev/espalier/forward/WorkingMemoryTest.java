package dev.espalier.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.device.ComputeDevice;
import dev.espalier.device.Placement;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.family.ModelFamilies;
import dev.espalier.text.TokenWindows;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class WorkingMemoryTest {
  private static final long GIB = 1L << 30;
  private static final Placement BF16 = new Placement(ScalarType.BFloat16, new ComputeDevice(0));
  private static final Placement F32 = new Placement(ScalarType.Float, new ComputeDevice(0));

  private static final DecoderDescription SEVEN_B = model(32000, 4096, 32, 32, 32, 11008);

  private static DecoderDescription model(
      int vocabulary, int hidden, int blocks, int heads, int kvHeads, int inner) {
    return ModelFamilies.describe(
        new ObjectMapper()
            .createObjectNode()
            .put("model_type", "llama")
            .put("vocab_size", vocabulary)
            .put("hidden_size", hidden)
            .put("num_hidden_layers", blocks)
            .put("num_attention_heads", heads)
            .put("num_key_value_heads", kvHeads)
            .put("intermediate_size", inner));
  }

  @Test
  void hiddenStatesAreCountedExactly() {
    TokenWindows windows = new TokenWindows(new int[3][100], "zeros");
    assertEquals(2L * 3 * 100 * 4096, WorkingMemory.states(SEVEN_B, BF16, windows));
    assertEquals(4L * 3 * 100 * 4096, WorkingMemory.states(SEVEN_B, F32, windows));
  }

  @Test
  void covers7BAndLeavesRoomOnSmallCards() {
    long block = 4L * 4096 * 4096 + 3L * 4096 * 11008;
    long hessians = 3L * 4096 * 4096 + 11008L * 11008;
    long factorAndSweep = 2L * 8 * 11008 * 11008 + 3L * 4 * 4096 * 11008;
    long atOnce = 2 * 2 * block + 4 * hessians + factorAndSweep + 2L * 32000 * 4096;
    long estimate = WorkingMemory.bytes(SEVEN_B, BF16, 1, 2048);
    assertTrue(estimate > atOnce + GIB, () -> "only " + estimate);
    assertTrue(estimate < 8 * GIB, () -> estimate + " would keep states off a small card");
  }

  @Test
  void growsWithEverythingThatGrows() {
    long base = WorkingMemory.bytes(SEVEN_B, BF16, 1, 2048);
    assertTrue(WorkingMemory.bytes(SEVEN_B, F32, 1, 2048) > base);
    assertTrue(WorkingMemory.bytes(SEVEN_B, BF16, 16, 2048) > base);
    assertTrue(WorkingMemory.bytes(SEVEN_B, BF16, 1, 4096) > base);
    assertTrue(WorkingMemory.bytes(model(64000, 4096, 32, 32, 32, 11008), BF16, 1, 2048) > base);
    assertEquals(base, WorkingMemory.bytes(model(32000, 4096, 80, 32, 32, 11008), BF16, 1, 2048));
  }

  @Test
  void groupedAttentionInFloat32HasItsScoresInMemory() {
    DecoderDescription grouped = model(32000, 4096, 32, 32, 8, 11008);
    long scores = 2L * 4 * 32 * 2048 * 2048;
    long fused = WorkingMemory.bytes(grouped, BF16, 8, 2048);
    long explicit = WorkingMemory.bytes(grouped, F32, 8, 2048);
    assertTrue(explicit - fused > 8 * scores - 4 * GIB, "eight windows' scores");
  }
}
