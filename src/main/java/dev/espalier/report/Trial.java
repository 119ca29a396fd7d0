package dev.espalier.report;

import java.util.Map;
import java.util.TreeMap;

/**
 * What one allocation would give.
 *
 * @param perplexity on the criterion's windows; if it was stopped, what it would have been had the
 *     trial stayed behind the best by the same factor as on their first half
 * @param stopped whether it was worse than the best at half of the windows, so that it went no
 *     further
 */
public record Trial(
    String allocation, Map<String, Object> parameters, double perplexity, boolean stopped) {
  /** Such as {@code atp (beta 0.02)}. */
  public String describe() {
    return describe(allocation, parameters);
  }

  /** The same with another perplexity. */
  public Trial with(double other) {
    return new Trial(allocation, parameters, other, stopped);
  }

  /** Whether it is a trial of this allocation. */
  public boolean isOf(String name, Map<String, Object> values) {
    // As text, since JSON may hold a number in another type.
    return allocation.equals(name)
        && new TreeMap<>(parameters).toString().equals(new TreeMap<>(values).toString());
  }

  /** An allocation and its parameters, for people. */
  public static String describe(String allocation, Map<String, Object> parameters) {
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
