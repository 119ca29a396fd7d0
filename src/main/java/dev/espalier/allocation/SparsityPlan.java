package dev.espalier.allocation;

import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.model.description.LinearDescription;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How much every linear loses, settled.
 *
 * @param blocks in order
 * @param clamped blocks or linears whose allocated sparsity had to be brought back into range
 */
public record SparsityPlan(List<BlockSparsity> blocks, List<String> clamped) {
  public SparsityPlan {
    blocks = List.copyOf(blocks);
    clamped = List.copyOf(clamped);
  }

  /** Every linear of a block loses the block's share. */
  public static SparsityPlan ofBlocks(double... sparsities) {
    return new SparsityPlan(
        Arrays.stream(sparsities).mapToObj(BlockSparsity::same).toList(), List.of());
  }

  /** As an allocation has it, whether or not that is possible and meets the target. */
  static SparsityPlan asAllocated(
      SparsityAllocation allocation, double sparsity, MeasuredModel model) {
    List<Double> sparsities =
        Arrays.stream(allocation.densities(sparsity, model)).mapToObj(d -> 1 - d).toList();
    return of(allocation.granularity(), new SparsityBudget.Settled(sparsities, List.of()), model);
  }

  /** Settled sparsities of the blocks or linears of a model. */
  static SparsityPlan of(
      Granularity granularity, SparsityBudget.Settled settled, MeasuredModel model) {
    List<BlockSparsity> blocks = new ArrayList<>();
    int unit = 0;
    for (List<LinearDescription> linears : model.blocks()) {
      int units = granularity == Granularity.BLOCK ? 1 : linears.size();
      List<Double> sparsities = new ArrayList<>();
      for (int i = 0; i < units; i++) {
        sparsities.add(settled.sparsity(unit++));
      }
      blocks.add(new BlockSparsity(sparsities));
    }
    List<String> clamped =
        settled.clamped().stream()
            .map(
                i ->
                    granularity == Granularity.BLOCK ? "block " + i : model.linears().get(i).name())
            .toList();
    return new SparsityPlan(blocks, clamped);
  }

  /** What a linear of a block loses, counted as the block runs them. */
  public double sparsity(int block, int linear) {
    return blocks.get(block).of(linear);
  }

  /** What each linear loses, by its name, block after block. */
  public List<Map<String, Double>> byName(MeasuredModel model) {
    List<Map<String, Double>> named = new ArrayList<>();
    for (int b = 0; b < blocks.size(); b++) {
      Map<String, Double> block = new LinkedHashMap<>();
      for (LinearDescription linear : model.blocks().get(b)) {
        block.put(linear.name(), sparsity(b, block.size()));
      }
      named.add(block);
    }
    return named;
  }

  /** What each block loses, its linears weighted by their parameters. */
  public List<Double> blockMeans(MeasuredModel model) {
    List<Double> means = new ArrayList<>();
    for (int b = 0; b < blocks.size(); b++) {
      double lost = 0;
      double total = 0;
      int index = 0;
      for (LinearDescription linear : model.blocks().get(b)) {
        lost += sparsity(b, index++) * linear.parameters();
        total += linear.parameters();
      }
      means.add(lost / total);
    }
    return means;
  }
}
