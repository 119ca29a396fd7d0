package dev.espalier.measurement;

/** What an allocation gives a density of its own to. */
public enum Granularity {
  /** Every decoder block; its linears share the block's. */
  BLOCK,
  /** Every linear of every block. */
  LINEAR
}
