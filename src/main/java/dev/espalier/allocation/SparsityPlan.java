package dev.espalier.allocation;

import java.util.List;

/**
 * The sparsity of each block, settled.
 *
 * @param sparsities fraction of its prunable weights that each block loses, in block order
 * @param clampedBlocks blocks whose allocated sparsity had to be brought back into range
 */
public record SparsityPlan(List<Double> sparsities, List<Integer> clampedBlocks) {
  public SparsityPlan {
    sparsities = List.copyOf(sparsities);
    clampedBlocks = List.copyOf(clampedBlocks);
  }

  public double sparsity(int block) {
    return sparsities.get(block);
  }
}
