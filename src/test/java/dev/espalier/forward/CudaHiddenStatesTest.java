package dev.espalier.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.Progress;
import dev.espalier.device.ComputeDevice;
import dev.espalier.device.Placement;
import dev.espalier.model.DecoderModel;
import dev.espalier.statistics.BlockStatistics;
import dev.espalier.statistics.InputStatistics.Kind;
import dev.espalier.testing.OnCuda;
import dev.espalier.testing.RecordingProgress;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import dev.espalier.testing.TinyModel;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Hidden states on a CUDA device, and beside it. */
@OnCuda
@ExtendWith(Scoped.class)
class CudaHiddenStatesTest {
  private static final Placement BF16 = new Placement(ScalarType.BFloat16, new ComputeDevice(0));

  @Test
  void inPinnedMemoryTheSameIsComputedBitForBit() {
    try (TinyModel source = new TinyModel(6, 512, 1024, ScalarType.BFloat16);
        DecoderModel model = source.open(BF16)) {
      for (Kind kind : List.of(Kind.NORMS, Kind.HESSIAN)) {
        List<Tensor> device = run(model, StatesHome.DEVICE, kind);
        List<Tensor> host = run(model, StatesHome.HOST, kind);
        for (int i = 0; i < device.size(); i++) {
          Tensors.assertSameBits(device.get(i), host.get(i), kind + ", result " + i);
        }
      }
    }
  }

  /** The norms of all inputs and the states behind the last block, on the CPU. */
  private static List<Tensor> run(DecoderModel model, StatesHome home, Kind kind) {
    List<Tensor> results = new ArrayList<>();
    try (HiddenStates hidden =
        HiddenStates.embed(model, TinyModel.windows(21, 256), 4, home, Progress.NONE)) {
      model
          .blocks()
          .forEach(
              block -> {
                try (BlockStatistics statistics = BlockStatistics.collect(block, hidden, kind)) {
                  block
                      .linears()
                      .forEach(l -> results.add(statistics.of(l).orElseThrow().norms().cpu()));
                }
                hidden.advance(block);
              });
      TensorVector parts = new TensorVector();
      hidden.forEachBatch(
          batch -> {
            assertTrue(batch.is_cuda());
            Tensor copy = batch.cpu();
            copy.retainReference();
            parts.push_back(copy);
          });
      results.add(torch.cat(parts));
    }
    return results;
  }

  @Test
  void saysWhereTheStatesStay() {
    RecordingProgress progress = new RecordingProgress();
    try (TinyModel source = TinyModel.small();
        DecoderModel model = source.open(BF16)) {
      HiddenStates.embed(model, TinyModel.windows(3, 20), MemoryBeside.NONE, progress).close();
    }
    assertEquals(
        List.of("The activations of 3 windows (0.0 MiB) stay on cuda:0."), progress.notes());
  }
}
