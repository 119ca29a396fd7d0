package dev.espalier.allocation;

import java.util.List;

/**
 * How much a block loses.
 *
 * @param linears the fraction of its weights that each linear loses, in the block's order; a single
 *     one if it is the same for all
 */
public record BlockSparsity(List<Double> linears) {
  public BlockSparsity {
    boolean same = linears.stream().distinct().count() == 1;
    linears = List.copyOf(same ? linears.subList(0, 1) : linears);
  }

  static BlockSparsity same(double sparsity) {
    return new BlockSparsity(List.of(sparsity));
  }

  /** What one of its linears loses, counted as the block runs them. */
  public double of(int linear) {
    return linears.get(linears.size() == 1 ? 0 : linear);
  }
}
