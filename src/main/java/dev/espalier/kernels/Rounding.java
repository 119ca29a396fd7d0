package dev.espalier.kernels;

import dev.espalier.Keyword;

/** How a sparsity becomes a number of weights: {@code esp_rounding}. */
public enum Rounding implements Keyword {
  /** round(size · sparsity) weights in all; remainders are spread over rows or column blocks. */
  EXACT(0),
  /** As the published code counts: floors, and thresholds that take ties along. */
  PUBLISHED(1);

  final int value;

  Rounding(int value) {
    this.value = value;
  }
}
