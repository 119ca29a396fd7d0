package dev.espalier.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.device.ComputeDevice;
import dev.espalier.device.NativeMemory;
import dev.espalier.device.Placement;
import dev.espalier.testing.OnCuda;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import dev.espalier.testing.TinyModel;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What only a CUDA device can show of a model there. */
@OnCuda
@ExtendWith(Scoped.class)
class CudaModelTest {
  private static final ComputeDevice CUDA = new ComputeDevice(0);

  @ParameterizedTest
  @EnumSource(
      value = ScalarType.class,
      names = {"Float", "BFloat16", "Half"})
  void theWeightsArriveWhole(ScalarType dtype) {
    try (TinyModel source = TinyModel.of(6, 256, 512, ScalarType.BFloat16);
        DecoderModel cpu = source.open(new Placement(dtype, ComputeDevice.CPU));
        DecoderModel cuda = source.open(new Placement(dtype, CUDA))) {
      for (int round = 0; round < 5; round++) {
        cuda.blocks()
            .forEach(
                block -> {
                  try (DecoderBlock expected = cpu.loadBlock(block.index())) {
                    for (int i = 0; i < expected.linears().size(); i++) {
                      Tensor weight = block.linears().get(i).weight();
                      assertTrue(weight.is_cuda());
                      Tensors.assertSameBits(
                          expected.linears().get(i).weight(), weight.cpu(), block.linears().get(i));
                    }
                  }
                });
      }
    }
  }

  /**
   * Long queues on the device while the host races ahead: a block's memory must not be given to the
   * next but one before the queue is through with it.
   */
  @Test
  void blocksAheadGiveTheSameAsBlocksOnDemand() {
    try (TinyModel source = TinyModel.of(12, 1024, 2048, ScalarType.BFloat16);
        DecoderModel model = source.open(new Placement(ScalarType.BFloat16, CUDA))) {
      Tensor embedded = model.embed(TinyModel.windows(16, 512).tensor(0, 16));
      Tensor expected = through(model, BlockStream.onDemand(12, model::loadBlock), embedded);
      for (int round = 0; round < 5; round++) {
        Tensors.assertSameBits(
            expected.cpu(), through(model, model.blocks(), embedded).cpu(), "round " + round);
      }
    }
  }

  private static Tensor through(DecoderModel model, BlockStream blocks, Tensor embedded) {
    Tensor hidden = embedded.clone();
    blocks.forEach(block -> NativeMemory.run(() -> hidden.copy_(block.forward(hidden))));
    return hidden;
  }

  @Test
  void twoBlocksAreInMemoryAtATime() {
    int blocks = 12;
    long block = 2L * (3 * 2048 * 2048 + 3 * 2048 * 8192);
    try (TinyModel source = TinyModel.of(blocks, 2048, 8192, ScalarType.BFloat16);
        DecoderModel model = source.open(new Placement(ScalarType.BFloat16, CUDA))) {
      long before = CUDA.freeBytes();
      List<Long> taken = new ArrayList<>();
      model.blocks().forEach(visited -> taken.add(before - freeNow()));
      long peak = taken.stream().mapToLong(Long::longValue).max().orElseThrow();
      assertEquals(blocks, taken.size());
      // Tensors of a block are rounded up, to 2 MB each at the most.
      assertTrue(peak < 2 * block + (64L << 20), () -> peak / (double) block + " blocks");
    }
  }

  /** With what libtorch keeps for reuse counted as taken. */
  private static long freeNow() {
    try (PointerScope scope = new PointerScope()) {
      torch.cuda_synchronize();
      return torch.getMemoryInfo((byte) 0).first();
    }
  }

  @Test
  void blocksComputeWhatTheyComputeOnTheCpu() {
    try (TinyModel source = TinyModel.of(3, 128, 256, ScalarType.Float);
        DecoderModel cpu = source.open();
        DecoderModel cuda = source.open(new Placement(ScalarType.Float, CUDA))) {
      Tensor ids = TinyModel.windows(4, 64).tensor(0, 4);
      Tensor expected = through(cpu, cpu.blocks(), cpu.embed(ids));
      Tensor actual = through(cuda, cuda.blocks(), cuda.embed(ids));
      Tensors.assertClose(expected, actual.cpu(), 1e-5, "hidden states");
      Tensors.assertClose(cpu.logits(expected), cuda.logits(actual).cpu(), 1e-4, "logits");
    }
  }
}
