package dev.espalier.pruning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.Progress;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.checkpoint.ModelFolderWriter;
import dev.espalier.device.ComputeDevice;
import dev.espalier.device.Placement;
import dev.espalier.files.Json;
import dev.espalier.forward.HiddenStates;
import dev.espalier.forward.MemoryBeside;
import dev.espalier.kernels.Rounding;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.testing.RecordingProgress;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import dev.espalier.testing.TinyModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From a model folder in float32 into a pruned one, computed in bfloat16. */
@ExtendWith(Scoped.class)
class PrunedModelWriterTest {
  private static final SparsityPlan PLAN = SparsityPlan.ofBlocks(0.4, 0.6, 0.7);
  private static final ObjectNode RUN = JsonNodeFactory.instance.objectNode().put("run", 1);

  @TempDir private Path directory;
  private ModelFolder folder;
  private DecoderModel model;

  @BeforeEach
  void open() {
    folder = ModelFolder.open(Path.of("src", "test", "resources", "families", "llama_plain"));
    model =
        DecoderModel.open(
            folder.config(), folder, new Placement(ScalarType.BFloat16, ComputeDevice.CPU));
  }

  @AfterEach
  void close() {
    model.close();
    folder.close();
  }

  static List<PruningMethod> methods() {
    return PruningMethodsTest.methods();
  }

  private void prune(
      PruningMethod method, Rounding rounding, PrunedBlocks output, Progress progress) {
    try (HiddenStates hidden =
        HiddenStates.embed(model, TinyModel.windows(4, 40), MemoryBeside.NONE, progress)) {
      new BlockwisePruner(model, method, SparsityPattern.UNSTRUCTURED, PLAN, rounding)
          .prune(hidden, output);
    }
  }

  /** Prunes in one go, or with a stop after every block. */
  private Path write(String name, PruningMethod method, Rounding rounding, boolean stopping) {
    for (int runs = 0; ; runs++) {
      try (ModelFolderWriter writer =
              ModelFolderWriter.open(folder, directory.resolve(name), false, RUN, RUN);
          PrunedModelWriter output = new PrunedModelWriter(writer, method, List::of)) {
        assertEquals(runs, output.finished());
        assertEquals(runs > 0, output.plan().isPresent());
        output.plan().ifPresent(plan -> assertEquals(PLAN, plan));
        output.follow(PLAN, Map.of("name", "test"));
        if (stopping && runs < 2) {
          int stop = runs + 1;
          Progress progress =
              new RecordingProgress().interruptedWhen(() -> output.finished() == stop);
          assertThrows(
              RecordingProgress.Interrupted.class, () -> prune(method, rounding, output, progress));
          continue;
        }
        prune(method, rounding, output, Progress.NONE);
        assertEquals(3, output.results().size());
        for (BlockResult block : output.results()) {
          assertEquals(PLAN.sparsity(block.index(), 0), block.target(), 1e-15);
          assertEquals(7, block.linears().size());
        }
        return writer.finish(Map.of(), new byte[0], Json.object());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void resumingGivesTheSameBits(PruningMethod method) {
    for (Rounding rounding : Rounding.values()) {
      try (ModelFolder whole =
              ModelFolder.open(write("whole" + rounding, method, rounding, false));
          ModelFolder parts = ModelFolder.open(write("parts" + rounding, method, rounding, true))) {
        for (int i = 0; i < 3; i++) {
          for (LinearDescription linear : model.description().linears(i)) {
            Tensors.assertSameBits(
                whole.tensor(linear.name()),
                parts.tensor(linear.name()),
                method.name() + " " + rounding + " " + linear.name());
          }
        }
      }
    }
  }

  @Test
  void survivorsKeepTheBitsOfTheCheckpoint() {
    PruningMethod method = new WandaPruning();
    try (ModelFolder pruned = ModelFolder.open(write("pruned", method, Rounding.EXACT, false))) {
      for (LinearDescription linear : model.description().linears(1)) {
        Tensor stored = pruned.tensor(linear.name());
        Tensor expected = folder.tensor(linear.name()).clone();
        expected.masked_fill_(stored.eq(new Scalar(0)), new Scalar(0));
        Tensors.assertSameBits(expected, stored, linear.name());
        double zeros = stored.eq(new Scalar(0)).sum().item_double();
        assertEquals(0.6, zeros / linear.parameters(), 1.0 / linear.parameters());
      }
      String other = "model.embed_tokens.weight";
      Tensors.assertSameBits(folder.tensor(other), pruned.tensor(other), other);
    }
  }

  @Test
  void updatedWeightsAreStored() {
    PruningMethod method = new SparseGptPruning();
    try (ModelFolder pruned = ModelFolder.open(write("pruned", method, Rounding.EXACT, false))) {
      String name = model.description().linears(1).get(0).name();
      Tensor stored = pruned.tensor(name);
      Tensor original = folder.tensor(name).clone();
      original.masked_fill_(stored.eq(new Scalar(0)), new Scalar(0));
      assertTrue(Tensors.distance(original, stored) > 0.01);
    }
  }
}
