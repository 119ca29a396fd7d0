package dev.espalier.forward;

/**
 * How much memory of the device other work takes while hidden states pass from block to block:
 * upper estimates, in bytes.
 *
 * @param throughout also while windows pass through a block, such as statistics of its inputs
 * @param between only between two passes, such as copies of a linear that is being pruned
 */
public record MemoryBeside(long throughout, long between) {
  /** Windows pass through blocks, and that is all. */
  public static final MemoryBeside NONE = new MemoryBeside(0, 0);

  /** This and other work; what either does between two passes, it does not do at once. */
  public MemoryBeside and(MemoryBeside other) {
    return new MemoryBeside(throughout + other.throughout, Math.max(between, other.between));
  }
}
