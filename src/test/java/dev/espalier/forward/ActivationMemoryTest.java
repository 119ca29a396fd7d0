package dev.espalier.forward;

import static dev.espalier.testing.Llamas.SEVEN_B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.device.ComputeDevice;
import dev.espalier.device.Placement;
import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.ScoreDescription;
import dev.espalier.model.description.Step;
import dev.espalier.model.description.SubBlock;
import dev.espalier.testing.Llamas;
import dev.espalier.text.TokenWindows;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class ActivationMemoryTest {
  private static final long GIB = 1L << 30;
  private static final Placement BF16 = new Placement(ScalarType.BFloat16, new ComputeDevice(0));
  private static final Placement F32 = new Placement(ScalarType.Float, new ComputeDevice(0));

  private static long working(
      DecoderDescription model, Placement placement, long batch, int seqLen) {
    return new ActivationMemory(model, placement).working(batch, seqLen, MemoryBeside.NONE);
  }

  @Test
  void hiddenStatesAreCountedExactly() {
    TokenWindows windows = new TokenWindows(new int[3][100], "zeros");
    assertEquals(2L * 3 * 100 * 4096, new ActivationMemory(SEVEN_B, BF16).states(windows));
    assertEquals(4L * 3 * 100 * 4096, new ActivationMemory(SEVEN_B, F32).states(windows));
  }

  /** The batch follows from it and decides the order of sums: results hang on this number. */
  @Test
  void activationsAreWhatTheyHaveAlwaysBeen() {
    for (Placement placement : new Placement[] {BF16, F32}) {
      assertEquals(
          4L * (4 * 4096 + 4 * 4096 + 3 * 11008),
          new ActivationMemory(SEVEN_B, placement).activations());
    }
    DecoderDescription grouped = Llamas.describe(128256, 8192, 80, 64, 8, 28672);
    assertEquals(
        4L * (4 * 8192 + 4 * 64 * 128 + 3 * 28672),
        new ActivationMemory(grouped, BF16).activations());
  }

  @Test
  void batchesAreWhatTheyHaveAlwaysBeen() {
    ActivationMemory large = new ActivationMemory(SEVEN_B, BF16);
    assertEquals(1, HiddenStates.batchSize(large, ComputeDevice.CPU, 2048));
    assertEquals(15, HiddenStates.batchSize(large, ComputeDevice.CPU, 128));
    ActivationMemory small = new ActivationMemory(Llamas.describe(50, 32, 3, 4, 2, 48), F32);
    assertEquals(4, HiddenStates.batchSize(small, ComputeDevice.CPU, 2048));
    assertEquals(1, HiddenStates.batchSize(small, ComputeDevice.CPU, 9000));
  }

  /** A launch for every window of 2048 tokens would leave most of a GPU idle. */
  @Test
  void aGpuTakesEightThousandTokensTogether() {
    ComputeDevice gpu = new ComputeDevice(0);
    ActivationMemory large = new ActivationMemory(SEVEN_B, BF16);
    assertEquals(4, HiddenStates.batchSize(large, gpu, 2048));
    assertEquals(64, HiddenStates.batchSize(large, gpu, 128));
    assertEquals(1, HiddenStates.batchSize(large, gpu, 9000));
    DecoderDescription seventy = Llamas.describe(128256, 8192, 80, 64, 8, 28672);
    assertEquals(4, HiddenStates.batchSize(new ActivationMemory(seventy, BF16), gpu, 2048));
  }

  @Test
  void allThatIsNeededAtOnceIsSummedUp() {
    long block = 2 * 4096 + 4L * 4096 * 4096 + 3L * 4096 * 11008;
    long passing = 2048 * (2L * (3 * 4096 + 7 * 4096) + 4L * 2 * 4096);
    assertEquals(2 * 2 * block + passing + GIB, working(SEVEN_B, BF16, 1, 2048));
  }

  @Test
  void whatIsDoneBetweenPassesHasTheirMemory() {
    ActivationMemory memory = new ActivationMemory(SEVEN_B, BF16);
    long alone = memory.working(1, 2048, MemoryBeside.NONE);
    long passing = 2048 * (2L * (3 * 4096 + 7 * 4096) + 4L * 2 * 4096);
    assertEquals(alone + 5, memory.working(1, 2048, new MemoryBeside(5, passing)));
    assertEquals(alone + 12, memory.working(1, 2048, new MemoryBeside(5, passing + 7)));
  }

  @Test
  void growsWithEverythingThatGrows() {
    long base = working(SEVEN_B, BF16, 1, 2048);
    assertTrue(working(SEVEN_B, F32, 1, 2048) > base);
    assertTrue(working(SEVEN_B, BF16, 16, 2048) > base);
    assertTrue(working(SEVEN_B, BF16, 1, 4096) > base);
    assertEquals(base, working(Llamas.describe(32000, 4096, 80, 32, 32, 11008), BF16, 1, 2048));
  }

  @Test
  void groupedAttentionInFloat32HasItsScoresInMemory() {
    DecoderDescription grouped = Llamas.describe(32000, 4096, 32, 32, 8, 11008);
    long scores = 2L * 4 * 32 * 2048 * 2048;
    long fused = working(grouped, BF16, 8, 2048);
    long explicit = working(grouped, F32, 8, 2048);
    assertTrue(explicit - fused > 8 * scores - 4 * GIB, "eight windows' scores");
  }

  private static DecoderDescription scored(ScoreDescription scores) {
    DecoderDescription plain = Llamas.describe(32000, 4096, 1, 32, 32, 11008);
    List<Step> steps = new ArrayList<>(plain.blocks().get(0).steps());
    SubBlock first = steps.get(0).subBlocks().get(0);
    AttentionDescription old = (AttentionDescription) first.operation();
    AttentionDescription attention =
        new AttentionDescription(
            32, 32, 128, old.qkv(), old.norms(), old.rotary(), scores, old.output());
    steps.set(0, Step.of(new SubBlock(first.before(), attention)));
    return new DecoderDescription(
        plain.family(),
        plain.prefix(),
        plain.hiddenSize(),
        plain.maxPositions(),
        plain.embedding(),
        List.of(new BlockDescription(0, steps)),
        plain.head());
  }

  /** A soft cap leaves scores standing in any dtype; a window only where it is short. */
  @Test
  void whatIsNotFusedIsInMemory() {
    ScoreDescription usual = ScoreDescription.usual(128);
    long plain = working(scored(usual), BF16, 2, 2048);
    assertEquals(plain, working(scored(usual.within(2048)), BF16, 2, 2048));
    long masked = working(scored(usual.within(512)), BF16, 2, 2048);
    assertEquals(2L * 4 * (2L * 2048 * 2048 + 2L * 4096 * 2048), masked - plain);
    ScoreDescription capped = new ScoreDescription(usual.scale(), 50, 512);
    long scores = working(scored(capped), BF16, 2, 2048) - plain;
    assertEquals(2L * 4 * (3L * 32 * 128 * 2048 + 2048L * 2048), scores);
  }
}
