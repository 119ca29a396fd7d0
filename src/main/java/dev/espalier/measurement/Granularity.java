package dev.espalier.measurement;

import dev.espalier.Keyword;

/** What an allocation gives a density of its own to. */
public enum Granularity implements Keyword {
  /** Every decoder block; its linears share the block's. */
  BLOCK,
  /** Every linear of every block. */
  LINEAR
}
