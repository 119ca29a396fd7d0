package dev.espalier.allocation;

/** An allocation that is settled once it is known what it is for. */
@FunctionalInterface
public interface ModelAllocation {
  /**
   * @param sparsity the model's target in [0, 1)
   * @param blocks how many blocks the model has
   */
  SparsityAllocation of(double sparsity, int blocks);
}
