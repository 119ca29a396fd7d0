package dev.espalier.run;

import dev.espalier.allocation.FileAllocation;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.pruning.SparsityPattern;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A run's allocations from files. Their own totals hold where no sparsity is asked for.
 *
 * @param patternAsked whether the run's pattern was asked for
 * @param sparsityAsked whether the run's sparsity was asked for
 */
public record StoredAllocations(
    List<FileAllocation> files, boolean patternAsked, boolean sparsityAsked) {
  /** Totals closer than this are one. */
  private static final double ONE = 1e-4;

  public StoredAllocations {
    files = List.copyOf(files);
  }

  /** Whether a run of this pattern takes the files' totals; an N:M pattern has its own. */
  public boolean ownTotals(SparsityPattern pattern) {
    return !files.isEmpty() && !sparsityAsked && !(pattern instanceof SparsityPattern.NofM);
  }

  /**
   * The total of all of them; absent if there are none or they differ.
   *
   * @throws dev.espalier.BadInputException if one was made for another model
   */
  public OptionalDouble total(MeasuredModel model) {
    double[] totals = files.stream().mapToDouble(file -> file.total(model)).toArray();
    for (double total : totals) {
      if (Math.abs(total - totals[0]) > ONE) {
        return OptionalDouble.empty();
      }
    }
    return totals.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(totals[0]);
  }
}
