package dev.espalier.allocation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

  /** Settled sparsities of the blocks or linears of a model. */
  static SparsityPlan of(
      Granularity granularity, SparsityBudget.Settled settled, DenseModel model) {
    List<BlockSparsity> blocks = new ArrayList<>();
    int unit = 0;
    for (List<LinearShape> linears : model.blocks()) {
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

  public double sparsity(int block, int linear) {
    return blocks.get(block).of(linear);
  }
}
