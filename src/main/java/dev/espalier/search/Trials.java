package dev.espalier.search;

import dev.espalier.allocation.SparsityAllocation;
import java.util.OptionalDouble;

/** Finds out what an allocation would give. */
public interface Trials {
  /**
   * What a trial gave.
   *
   * @param firstHalf the perplexity on the first half of the windows
   * @param perplexity on all windows; absent if the first half was enough
   */
  record Outcome(double firstHalf, OptionalDouble perplexity) {
    /** Of an allocation that is impossible, or that the model does not survive. */
    static final Outcome NONE = new Outcome(Double.NaN, OptionalDouble.of(Double.NaN));
  }

  /**
   * @param task what the trial is called, for people
   * @param bar the best trial's perplexity on the first half of the windows; a worse trial may stop
   *     there
   */
  Outcome make(String task, SparsityAllocation allocation, OptionalDouble bar);
}
