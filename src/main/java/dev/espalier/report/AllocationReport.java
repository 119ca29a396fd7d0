package dev.espalier.report;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What several allocations would give a model, side by side.
 *
 * @param sparsity the model's target
 * @param calibration what the dense model was measured on; absent if nothing was
 * @param blocks how many blocks the model has
 * @param origin where it comes from
 * @param notes what the user was told, a sentence each
 */
public record AllocationReport(
    String model,
    String pattern,
    double sparsity,
    Optional<PruneReport.Calibration> calibration,
    int blocks,
    List<Plan> plans,
    Origin origin,
    List<String> notes) {
  public AllocationReport {
    plans = List.copyOf(plans);
    notes = List.copyOf(notes);
  }

  /**
   * What to call each plan beside the others: by its rule or file; with its parameters, too, where
   * another is called the same.
   */
  public List<String> names() {
    List<String> names = plans.stream().map(Plan::name).toList();
    return plans.stream()
        .map(p -> Collections.frequency(names, p.name()) == 1 ? p.name() : p.describe())
        .toList();
  }

  /**
   * One allocation.
   *
   * @param blockSparsities of each block, its linears weighted by their parameters
   * @param linears of each linear
   * @param clamped blocks or linears that had to be brought back into range
   */
  public record Plan(
      String allocation,
      Map<String, Object> parameters,
      List<Double> blockSparsities,
      LinearSparsities linears,
      List<String> clamped) {
    private String name() {
      Object file = parameters.get("file");
      return file == null ? allocation : ReportTables.fileName(file.toString());
    }

    /** Such as {@code dlp (alpha 0.15)}. */
    public String describe() {
      return Trial.describe(allocation, parameters);
    }
  }
}
