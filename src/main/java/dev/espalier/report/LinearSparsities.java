package dev.espalier.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How sparse each linear is, which its block's mean does not tell where an allocation goes by
 * linears.
 *
 * @param blocks sparsities by the linears' full names, block after block; a block of which nothing
 *     is known is empty
 */
public record LinearSparsities(List<Map<String, Double>> blocks) {
  /** Less is what counting whole weights leaves. */
  private static final double VISIBLE = 0.005;

  public LinearSparsities {
    blocks = List.copyOf(blocks);
  }

  /** The least and the most of several sparsities. */
  public record Range(double least, double most) {
    /** Such as {@code 0.45–0.93}, or one number where they do not differ. */
    public String describe() {
      String from = Quantities.shortFraction(least);
      String to = Quantities.shortFraction(most);
      return from.equals(to) ? from : from + "–" + to;
    }

    private static Range of(Iterable<Double> sparsities) {
      double least = Double.POSITIVE_INFINITY;
      double most = Double.NEGATIVE_INFINITY;
      for (double sparsity : sparsities) {
        least = Math.min(least, sparsity);
        most = Math.max(most, sparsity);
      }
      return new Range(least, most);
    }
  }

  /** What a run has achieved. */
  static LinearSparsities of(PruneReport report) {
    List<Map<String, Double>> blocks = new ArrayList<>();
    for (var block : report.blocks()) {
      Map<String, Double> linears = new LinkedHashMap<>();
      block.linears().forEach(linear -> linears.put(linear.name(), linear.sparsity()));
      blocks.add(linears);
    }
    return new LinearSparsities(blocks);
  }

  /** Whether the linears of some block differ. */
  public boolean differWithinBlocks() {
    return ranges().stream().anyMatch(range -> range.most() - range.least() >= VISIBLE);
  }

  /** Of the linears of each block, as far as they are known. */
  public List<Range> ranges() {
    return blocks.stream()
        .filter(block -> !block.isEmpty())
        .map(block -> Range.of(block.values()))
        .toList();
  }

  /** By what a linear is in its block, such as q_proj, and by block index; of experts the mean. */
  public Map<String, Map<Integer, Double>> byKind() {
    Map<String, Map<Integer, Double>> kinds = new LinkedHashMap<>();
    for (int b = 0; b < blocks.size(); b++) {
      Map<String, List<Double>> block = new LinkedHashMap<>();
      blocks
          .get(b)
          .forEach(
              (name, sparsity) ->
                  block.computeIfAbsent(kind(name), k -> new ArrayList<>()).add(sparsity));
      int index = b;
      block.forEach(
          (kind, sparsities) ->
              kinds.computeIfAbsent(kind, k -> new TreeMap<>()).put(index, mean(sparsities)));
    }
    return kinds;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum() / values.size();
  }

  /** Over all blocks, by what a linear is in its block. */
  public Map<String, Range> rangesByKind() {
    Map<String, Range> ranges = new LinkedHashMap<>();
    byKind().forEach((kind, sparsities) -> ranges.put(kind, Range.of(sparsities.values())));
    return ranges;
  }

  /** The names and sparsities of all. */
  Map<String, Double> all() {
    Map<String, Double> all = new LinkedHashMap<>();
    blocks.forEach(all::putAll);
    return all;
  }

  /**
   * What a linear is in its block: {@code q_proj} of {@code …self_attn.q_proj.weight}, {@code
   * down_proj} of {@code …experts.down_proj[3]}.
   */
  public static String kind(String name) {
    int slice = name.endsWith("]") ? name.lastIndexOf('[') : -1;
    String module = slice < 0 ? name : name.substring(0, slice) + ".weight";
    String[] parts = module.split("\\.");
    return parts[Math.max(0, parts.length - 2)];
  }
}
