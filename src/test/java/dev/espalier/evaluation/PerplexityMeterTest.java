package dev.espalier.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.espalier.Progress;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.device.ComputeDevice;
import dev.espalier.device.Placement;
import dev.espalier.forward.HiddenStates;
import dev.espalier.forward.MemoryBeside;
import dev.espalier.kernels.Rounding;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.pruning.BlockResult;
import dev.espalier.pruning.BlockwisePruner;
import dev.espalier.pruning.PrunedBlocks;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.pruning.WandaPruning;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import dev.espalier.testing.TinyModel;
import dev.espalier.text.TokenWindows;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Scoped.class)
class PerplexityMeterTest {
  /** More tokens than one batch takes. */
  private static final TokenWindows MANY = TinyModel.windows(300, 32);

  private final TinyModel source = TinyModel.small();

  @AfterEach
  void close() {
    source.close();
  }

  /** The whole model on one window after the other, the loss in f64, as the definition says. */
  private static double expected(DecoderModel model, TokenWindows windows) {
    double total = 0;
    for (int i = 0; i < windows.count(); i++) {
      Tensor hidden = model.embed(windows.tensor(i, i + 1));
      for (int b = 0; b < model.blockCount(); b++) {
        try (DecoderBlock block = model.loadBlock(b)) {
          hidden = block.forward(hidden);
        }
      }
      double[][] logits = Tensors.rows(model.logits(hidden).squeeze(0));
      int[] ids = windows.window(i);
      double loss = 0;
      for (int t = 0; t + 1 < ids.length; t++) {
        double sum = 0;
        for (double logit : logits[t]) {
          sum += Math.exp(logit - logits[t][ids[t + 1]]);
        }
        loss += Math.log(sum) / (ids.length - 1);
      }
      total += loss * ids.length;
    }
    return Math.exp(total / ((double) windows.count() * windows.seqLen()));
  }

  @Test
  void isThatOfTheWholeModel() {
    try (DecoderModel model = source.open()) {
      for (TokenWindows windows : List.of(TinyModel.windows(3, 20), TinyModel.windows(1, 2))) {
        Perplexity perplexity = Perplexity.measure(model, windows, Progress.NONE);
        double expected = expected(model, windows);
        assertEquals(expected, perplexity.value(), 1e-5 * expected);
        assertEquals(
            new Perplexity.Protocol(
                "random tokens", windows.digest(), windows.seqLen(), windows.count(), "float32"),
            perplexity.protocol());
      }
    }
  }

  @Test
  void isCloseInSixteenBits() {
    TokenWindows windows = TinyModel.windows(3, 20);
    try (DecoderModel exact = source.open()) {
      double expected = expected(exact, windows);
      for (ScalarType dtype : List.of(ScalarType.BFloat16, ScalarType.Half)) {
        try (DecoderModel model = source.open(new Placement(dtype, ComputeDevice.CPU))) {
          double value = Perplexity.measure(model, windows, Progress.NONE).value();
          assertEquals(expected, value, 0.03 * expected);
        }
      }
    }
  }

  @Test
  void windowsDoNotDependOnTheirBatch() {
    try (DecoderModel model = source.open()) {
      double all = Perplexity.measure(model, MANY, Progress.NONE).value();
      double logs = 0;
      for (int first = 0; first < 300; first += 100) {
        int[][] part = new int[100][];
        for (int i = 0; i < 100; i++) {
          part[i] = MANY.window(first + i);
        }
        TokenWindows windows = new TokenWindows(part, "part");
        logs += Math.log(Perplexity.measure(model, windows, Progress.NONE).value()) / 3;
      }
      assertEquals(Math.exp(logs), all, 1e-6 * all);
      assertEquals(all, Perplexity.measure(model, MANY, Progress.NONE).value(), "same bits");
    }
  }

  @Test
  void measuresBlocksWhileTheyArePruned() {
    TokenWindows windows = TinyModel.windows(3, 20);
    try (DecoderModel model = source.open();
        PerplexityMeter first =
            new PerplexityMeter(model, windows, MemoryBeside.NONE, Progress.NONE);
        PerplexityMeter second =
            new PerplexityMeter(model, TinyModel.windows(2, 11), MemoryBeside.NONE, Progress.NONE);
        PerplexityMeter byHand =
            new PerplexityMeter(model, windows, MemoryBeside.NONE, Progress.NONE)) {
      prune(model, new MeasuredBlocks(List.of(first, second)));
      prune(model, new ByHand(byHand));
      double dense = Perplexity.measure(model, windows, Progress.NONE).value();
      assertEquals(byHand.finish().value(), first.finish().value());
      assertEquals(2, second.finish().protocol().windows());
      assertEquals(false, dense == first.finish().value());
    }
  }

  private static void prune(DecoderModel model, PrunedBlocks output) {
    SparsityPlan plan = SparsityPlan.ofBlocks(0.5, 0.5, 0.5);
    try (HiddenStates hidden =
        HiddenStates.embed(model, TinyModel.windows(4, 30), MemoryBeside.NONE, Progress.NONE)) {
      new BlockwisePruner(
              model, new WandaPruning(), SparsityPattern.UNSTRUCTURED, plan, Rounding.EXACT)
          .prune(hidden, output);
    }
  }

  private record ByHand(PerplexityMeter meter) implements PrunedBlocks {
    @Override
    public int finished() {
      return 0;
    }

    @Override
    public WeightSource weights() {
      throw new AssertionError("nothing is finished");
    }

    @Override
    public void put(DecoderBlock block, BlockResult result) {
      meter.advance(block);
    }
  }

  @Test
  void measuredBlocksCannotBeResumed() {
    MeasuredBlocks blocks = new MeasuredBlocks(List.of());
    assertEquals(0, blocks.finished());
    assertThrows(IllegalStateException.class, blocks::weights);
  }
}
