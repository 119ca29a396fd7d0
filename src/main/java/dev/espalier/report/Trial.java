package dev.espalier.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.espalier.allocation.SparsityAllocation;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one candidate of a search would give.
 *
 * @param perplexity on the criterion's windows; if it was stopped, what it would have been had the
 *     trial stayed behind the best by the same factor as on their first half
 * @param atHalf the perplexity on their first half
 * @param stopped whether it was worse than the best at half of the windows, so that it went no
 *     further
 * @param samePlanAs the candidate that was measured in its place, because it comes to the same
 *     plan; empty if it was measured itself
 */
public record Trial(
    String allocation,
    Map<String, Object> parameters,
    double perplexity,
    @JsonProperty("at_half") double atHalf,
    boolean stopped,
    @JsonProperty("same_plan_as") @JsonInclude(JsonInclude.Include.NON_EMPTY) String samePlanAs) {
  public Trial {
    samePlanAs = samePlanAs == null ? "" : samePlanAs; // older journals do not have it
  }

  /** Of a candidate that was tried itself. */
  public Trial(
      String allocation,
      Map<String, Object> parameters,
      double perplexity,
      double atHalf,
      boolean stopped) {
    this(allocation, parameters, perplexity, atHalf, stopped, "");
  }

  /** Of a candidate that has seen all windows. */
  public static Trial measured(SparsityAllocation allocation, double atHalf, double perplexity) {
    return new Trial(allocation.name(), allocation.parameters(), perplexity, atHalf, false);
  }

  /** Of a candidate that has seen half of them. What it would have given is not estimated yet. */
  public static Trial stopped(SparsityAllocation allocation, double atHalf) {
    return new Trial(allocation.name(), allocation.parameters(), Double.NaN, atHalf, true);
  }

  /** Of a candidate that is impossible, or that the model does not survive. */
  public static Trial failed(SparsityAllocation allocation) {
    return measured(allocation, Double.NaN, Double.NaN);
  }

  /**
   * What it would have given if it stayed behind the best by the same factor. Unlike its perplexity
   * on half of the windows, that compares with the others' on all of them.
   */
  public Trial estimated(Trial best) {
    double estimate = atHalf / best.atHalf * best.perplexity;
    return new Trial(allocation, parameters, estimate, atHalf, stopped);
  }

  /** That of another candidate that comes to the same plan. */
  public Trial sharedBy(SparsityAllocation other) {
    return new Trial(other.name(), other.parameters(), perplexity, atHalf, stopped, describe());
  }

  /** Such as {@code atp (beta 0.02)}. */
  public String describe() {
    return describe(allocation, parameters);
  }

  /** Whether it is a trial of this allocation. */
  public boolean isOf(SparsityAllocation other) {
    return isOf(other.name(), other.parameters());
  }

  /** Whether it is a trial of the same allocation. */
  public boolean isOfSame(Trial other) {
    return isOf(other.allocation, other.parameters);
  }

  private boolean isOf(String name, Map<String, Object> values) {
    // As text, since JSON may hold a number in another type.
    return allocation.equals(name)
        && new TreeMap<>(parameters).toString().equals(new TreeMap<>(values).toString());
  }

  /** An allocation and its parameters, for people. */
  static String describe(String allocation, Map<String, Object> parameters) {
    if (parameters.isEmpty()) {
      return allocation;
    }
    StringBuilder text = new StringBuilder();
    parameters.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            p ->
                text.append(text.isEmpty() ? "" : ", ")
                    .append(p.getKey())
                    .append(' ')
                    .append(p.getValue()));
    return allocation + " (" + text + ")";
  }
}
