package dev.espalier.conformance;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.Progress;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.checkpoint.ModelFolderWriter;
import dev.espalier.device.Placement;
import dev.espalier.files.Json;
import dev.espalier.forward.HiddenStates;
import dev.espalier.forward.MemoryBeside;
import dev.espalier.kernels.Rounding;
import dev.espalier.model.DecoderModel;
import dev.espalier.pruning.BlockwisePruner;
import dev.espalier.pruning.PrunedModelWriter;
import dev.espalier.text.TokenWindows;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Prunes a folder into another, below the layer of texts: with given tokens, in float32. */
final class PrunedFolder {
  private static final double SPARSITY = 0.5;

  private PrunedFolder() {}

  static Path write(Path folder, Path output, PruningCase pruning, int[][] tokens) {
    ObjectNode run = JsonNodeFactory.instance.objectNode().put("run", 1);
    try (ModelFolder source = ModelFolder.open(folder);
        DecoderModel model = DecoderModel.open(source.config(), source, Placement.cpu());
        HiddenStates hidden =
            HiddenStates.embed(
                model, new TokenWindows(tokens, "tokens"), MemoryBeside.NONE, Progress.NONE);
        ModelFolderWriter writer = ModelFolderWriter.open(source, output, false, run, run);
        PrunedModelWriter blocks = new PrunedModelWriter(writer, pruning.method(), List::of)) {
      double[] sparsities = new double[model.blockCount()];
      Arrays.fill(sparsities, SPARSITY);
      SparsityPlan plan = SparsityPlan.ofBlocks(sparsities);
      blocks.follow(plan, Map.of("name", "test"));
      new BlockwisePruner(model, pruning.method(), pruning.pattern(), plan, Rounding.EXACT)
          .prune(hidden, blocks);
      return writer.finish(Map.of(), new byte[0], Json.object());
    }
  }
}
