package dev.espalier.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.Progress;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.layer.Linear;
import dev.espalier.statistics.BlockStatistics;
import dev.espalier.statistics.InputStatistics;
import dev.espalier.statistics.InputStatistics.Kind;
import dev.espalier.testing.RecordingProgress;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import dev.espalier.testing.TinyModel;
import dev.espalier.text.TokenWindows;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(Scoped.class)
class HiddenStatesTest {
  private static final TokenWindows WINDOWS = TinyModel.windows(7, 20);

  private TinyModel source;
  private DecoderModel model;
  private DecoderBlock block;

  @BeforeEach
  void open() {
    source = TinyModel.small();
    model = source.open();
    block = model.loadBlock(0);
  }

  @AfterEach
  void close() {
    block.close();
    model.close();
    source.close();
  }

  private HiddenStates embed(long batch) {
    return HiddenStates.embed(model, WINDOWS, batch, StatesHome.DEVICE, Progress.NONE);
  }

  /** All states, [windows, length, hidden]. */
  private static Tensor states(HiddenStates hidden) {
    TensorVector parts = new TensorVector();
    hidden.forEachBatch(
        batch -> {
          Tensor copy = batch.clone();
          copy.retainReference();
          parts.push_back(copy);
        });
    return torch.cat(parts);
  }

  /** What is known of every linear, in the block's order. */
  private List<Tensor> statistics(BlockStatistics statistics) {
    return block.linears().stream()
        .map(linear -> statistics.of(linear).orElseThrow().norms())
        .toList();
  }

  @Test
  void beginsWithTheEmbedding() {
    Tensor expected = model.embed(WINDOWS.tensor(0, 7));
    for (long batch : new long[] {1, 3, 7, 100}) {
      try (HiddenStates hidden = embed(batch)) {
        assertEquals(7, hidden.windows());
        Tensors.assertSameBits(expected, states(hidden), "batch " + batch);
      }
    }
  }

  @Test
  void observingChangesNothing() {
    for (Kind kind : Kind.values()) {
      try (HiddenStates hidden = embed(3)) {
        Tensor before = states(hidden);
        BlockStatistics.collect(block, hidden, kind).close();
        Tensors.assertSameBits(before, states(hidden), kind);
      }
    }
  }

  @Test
  void advancingOverwritesInPlace() {
    try (HiddenStates hidden = embed(3)) {
      List<Long> before = addresses(hidden);
      Tensor expected = block.forward(states(hidden));
      hidden.advance(block);
      assertEquals(before, addresses(hidden));
      Tensors.assertClose(expected, states(hidden), 1e-6, "block");
    }
  }

  private static List<Long> addresses(HiddenStates hidden) {
    List<Long> addresses = new ArrayList<>();
    hidden.forEachBatch(batch -> addresses.add(batch.data_ptr().address()));
    return addresses;
  }

  @ParameterizedTest
  @EnumSource(
      value = StatesHome.class,
      names = {"HOST", "FILE"})
  void elsewhereTheSameIsComputed(StatesHome home) {
    for (Kind kind : List.of(Kind.NORMS, Kind.HESSIAN)) {
      try (HiddenStates device = embed(3);
          HiddenStates host = HiddenStates.embed(model, WINDOWS, 3, home, Progress.NONE);
          BlockStatistics expected = BlockStatistics.collect(block, device, kind);
          BlockStatistics observed = BlockStatistics.collect(block, host, kind);
          BlockStatistics passed = new BlockStatistics(block, 7, kind)) {
        Tensors.assertSameBits(states(device), states(host), "embedded");
        device.advance(block);
        host.advance(block, passed);
        Tensors.assertSameBits(states(device), states(host), "advanced");
        for (int i = 0; i < block.linears().size(); i++) {
          Tensor norms = statistics(expected).get(i);
          Tensors.assertSameBits(norms, statistics(observed).get(i), kind + " of linear " + i);
          Tensors.assertSameBits(norms, statistics(passed).get(i), kind + " of linear " + i);
        }
      }
    }
  }

  @Test
  void whatVisitsTheDeviceIsACopyOfWhatStaysInHostMemory() {
    try (HiddenStates host =
        HiddenStates.embed(model, WINDOWS, 3, StatesHome.HOST, Progress.NONE)) {
      Tensor before = states(host);
      host.forEachBatch(Tensor::zero_);
      Tensors.assertSameBits(before, states(host), "states");
    }
  }

  @Test
  void onePassGivesWhatTwoGive() {
    try (HiddenStates once = embed(3);
        HiddenStates twice = embed(3);
        BlockStatistics together = new BlockStatistics(block, 7, Kind.NORMS);
        BlockStatistics alone = BlockStatistics.collect(block, twice, Kind.NORMS)) {
      once.advance(block, together);
      twice.advance(block);
      Tensors.assertSameBits(states(twice), states(once), "states");
      List<Tensor> expected = statistics(alone);
      List<Tensor> actual = statistics(together);
      for (int i = 0; i < expected.size(); i++) {
        Tensors.assertSameBits(expected.get(i), actual.get(i), "linear " + i);
      }
    }
  }

  @Test
  void theBatchMattersByRoundingOnly() {
    for (Kind kind : List.of(Kind.NORMS, Kind.HESSIAN)) {
      List<Tensor> whole = collect(kind, 7);
      for (long batch : new long[] {1, 2, 3, 100}) {
        List<Tensor> parts = collect(kind, batch);
        List<Tensor> again = collect(kind, batch);
        for (int i = 0; i < whole.size(); i++) {
          Tensors.assertClose(whole.get(i), parts.get(i), 1e-5, kind + ", batch " + batch);
          Tensors.assertSameBits(parts.get(i), again.get(i), kind + ", batch " + batch);
        }
      }
    }
  }

  private List<Tensor> collect(Kind kind, long batch) {
    try (HiddenStates hidden = embed(batch);
        BlockStatistics statistics = BlockStatistics.collect(block, hidden, kind)) {
      return statistics(statistics);
    }
  }

  @Test
  void progressCountsWindows() {
    RecordingProgress progress = new RecordingProgress();
    try (HiddenStates hidden = HiddenStates.embed(model, WINDOWS, 3, StatesHome.DEVICE, progress)) {
      assertEquals(0, progress.done());
      hidden.advance(block);
      assertEquals(List.of(3L, 3L, 1L), progress.steps());
    }
  }

  @Test
  void sevenLinearsShareFourStatistics() {
    try (HiddenStates hidden = embed(7)) {
      for (Kind kind : List.of(Kind.NORMS, Kind.HESSIAN)) {
        try (BlockStatistics statistics = BlockStatistics.collect(block, hidden, kind)) {
          List<InputStatistics> objects =
              block.linears().stream().map(linear -> statistics.of(linear).orElseThrow()).toList();
          assertEquals(7, objects.size());
          assertEquals(4, objects.stream().distinct().count());
          assertEquals(objects.get(0), objects.get(2));
          assertEquals(objects.get(4), objects.get(5));
        }
      }
      try (BlockStatistics none = BlockStatistics.collect(block, hidden, Kind.NONE)) {
        for (Linear linear : block.linears()) {
          assertEquals(java.util.Optional.empty(), none.of(linear));
        }
      }
    }
  }
}
