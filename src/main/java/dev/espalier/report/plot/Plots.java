package dev.espalier.report.plot;

import dev.espalier.pruning.BlockResult;
import dev.espalier.pruning.LinearError;
import dev.espalier.pruning.LinearResult;
import dev.espalier.report.AllocationReport;
import dev.espalier.report.ComparedRun;
import dev.espalier.report.CorpusPerplexity;
import dev.espalier.report.ErrorTerms;
import dev.espalier.report.LinearSparsities;
import dev.espalier.report.PruneReport;
import dev.espalier.report.RunComparison;
import dev.espalier.report.SearchReport;
import dev.espalier.report.Standing;
import dev.espalier.report.plot.Plot.Bar;
import dev.espalier.report.plot.Plot.Bars;
import dev.espalier.report.plot.Plot.Curve;
import dev.espalier.report.plot.Plot.Curves;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Which plots a report has. */
public final class Plots {
  private static final String SPARSITY = "sparsity";
  private static final String DENSE = "dense";
  private static final String PRUNED = "pruned";
  private static final String AGAINST_UNIFORM = "Sparsity of each block, against uniform";
  private static final String OF_A_BLOCK = "Its linears weighted by their sizes.";
  private static final String THEY_DIFFER = " Where these differ, another plot shows each of them.";

  /** Sparsities closer than this are drawn as one. */
  private static final double VISIBLE = 0.001;

  private Plots() {}

  /** Sparsities of blocks and of linears, and what the linears have lost. */
  public static List<Plot> of(PruneReport report) {
    List<Plot> plots = new ArrayList<>();
    plots.add(blocks(report));
    plots.add(linears("Sparsity of each linear", report.sparsities()));
    for (LinearError.Measure measure : LinearError.Measure.values()) {
      List<Curve> errors =
          byKind(
              report.blocks(),
              linear -> linear.error().value(),
              linear -> linear.error().measure() == measure);
      if (!errors.isEmpty()) {
        plots.add(
            new Curves(
                "Reconstruction error of each linear",
                ErrorTerms.definition(measure),
                ErrorTerms.name(measure),
                errors));
      }
    }
    return plots;
  }

  private static Plot blocks(PruneReport report) {
    List<Curve> curves = new ArrayList<>();
    curves.add(
        Curve.of(
            "target of " + report.allocation().name(),
            values(report.blocks(), BlockResult::target)));
    curves.add(Curve.of("achieved", values(report.blocks(), BlockResult::sparsity)));
    curves.add(uniform(report.targetSparsity(), report.blocks().size()));
    return new Curves(
        AGAINST_UNIFORM, OF_A_BLOCK, SPARSITY, withRange(curves, report.sparsities()));
  }

  /** With the least and the most of each block's linears where these differ. */
  private static List<Curve> withRange(List<Curve> curves, LinearSparsities linears) {
    List<Curve> all = new ArrayList<>(joined(curves));
    if (linears.differWithinBlocks()) {
      List<LinearSparsities.Range> ranges = linears.ranges();
      all.add(
          Curve.of(
              "its least pruned linear",
              byIndex(ranges.stream().map(LinearSparsities.Range::least).toList())));
      all.add(
          Curve.of(
              "its most pruned linear",
              byIndex(ranges.stream().map(LinearSparsities.Range::most).toList())));
    }
    return all;
  }

  /** The name of a curve of blocks, which says so where their linears differ. */
  private static String mean(String name, LinearSparsities linears) {
    return linears.differWithinBlocks() ? name + " (mean of linears that differ)" : name;
  }

  /** The linears' sparsities under an allocation, a curve per kind: a handful, not hundreds. */
  private static Plot linears(String title, LinearSparsities linears) {
    List<Curve> curves = new ArrayList<>();
    linears.byKind().forEach((kind, points) -> curves.add(Curve.of(kind, points)));
    return new Curves(title, "By its place in the block.", SPARSITY, joined(curves));
  }

  /** The blocks' sparsities under each allocation, and the linears' where they differ. */
  public static List<Plot> of(AllocationReport report) {
    List<Curve> curves = new ArrayList<>();
    List<Plot> byLinear = new ArrayList<>();
    List<String> names = report.names();
    for (int i = 0; i < names.size(); i++) {
      AllocationReport.Plan plan = report.plans().get(i);
      if (!plan.allocation().equals("uniform")) {
        curves.add(Curve.of(mean(names.get(i), plan.linears()), byIndex(plan.blockSparsities())));
      }
      if (plan.linears().differWithinBlocks()) {
        byLinear.add(linears("Sparsity of each linear under " + names.get(i), plan.linears()));
      }
    }
    curves.add(uniform(report.sparsity(), report.blocks()));
    String caption = byLinear.isEmpty() ? OF_A_BLOCK : OF_A_BLOCK + THEY_DIFFER;
    List<Plot> plots = new ArrayList<>();
    plots.add(new Curves(AGAINST_UNIFORM, caption, SPARSITY, joined(curves)));
    plots.addAll(byLinear);
    return plots;
  }

  /** What the trials gave, and what the best allocation gives each linear. */
  public static List<Plot> of(SearchReport report) {
    List<Curve> curves = new ArrayList<>();
    report.sparsities().byKind().forEach((kind, points) -> curves.add(Curve.of(kind, points)));
    curves.add(uniform(report.sparsity(), report.sparsities().blocks().size()));
    return List.of(
        TrialPlots.of(new Standing(report.trials())),
        new Curves(
            "Sparsity of each linear, against uniform",
            "As %s has it, by its place in the block.".formatted(report.best().describe()),
            SPARSITY,
            joined(curves)));
  }

  /** Perplexities by protocol, the runs' curves over each other. */
  public static List<Plot> of(RunComparison comparison) {
    List<Plot> plots = new ArrayList<>();
    comparison
        .perplexities()
        .forEach(
            (protocol, measured) ->
                plots.add(
                    new Bars(
                        "Perplexity",
                        protocol.toString(),
                        "perplexity",
                        List.of(DENSE, PRUNED),
                        comparison.runs().stream().map(run -> bar(run, measured)).toList())));
    plots.add(
        new Curves(
            "Sparsity of each block",
            OF_A_BLOCK,
            SPARSITY,
            comparison.runs().stream()
                .map(run -> Curve.of(mean(run.name(), run.linears()), run.blockSparsities()))
                .toList()));
    for (ComparedRun run : comparison.runs()) {
      if (run.linears().differWithinBlocks()) {
        plots.add(linears("Sparsity of each linear of " + run.name(), run.linears()));
      }
    }
    for (LinearError.Measure measure : LinearError.Measure.values()) {
      if (comparison.runs().stream().anyMatch(run -> run.errors().containsKey(measure))) {
        plots.add(
            new Curves(
                "Mean reconstruction error of a block's linears",
                ErrorTerms.definition(measure),
                ErrorTerms.name(measure),
                curves(comparison, run -> run.errors().getOrDefault(measure, Map.of()))));
      }
    }
    return plots;
  }

  private static Bar bar(ComparedRun run, List<RunComparison.Measured> measured) {
    return measured.stream()
        .filter(m -> m.run() == run)
        .map(RunComparison.Measured::perplexity)
        .findFirst()
        .map(
            (CorpusPerplexity p) ->
                new Bar(run.name(), Map.of(DENSE, p.dense(), PRUNED, p.pruned())))
        .orElse(new Bar(run.name(), Map.of()));
  }

  private static List<Curve> curves(
      RunComparison comparison, Function<ComparedRun, Map<Integer, Double>> values) {
    return comparison.runs().stream().map(run -> Curve.of(run.name(), values.apply(run))).toList();
  }

  /** A curve per kind of linear: hundreds of linears stay a handful of curves. */
  private static List<Curve> byKind(
      List<BlockResult> blocks,
      ToDoubleFunction<LinearResult> value,
      Predicate<LinearResult> which) {
    Map<String, Map<Integer, Double>> kinds = new LinkedHashMap<>();
    for (BlockResult block : blocks) {
      for (LinearResult linear : block.linears()) {
        if (which.test(linear)) {
          kinds
              .computeIfAbsent(LinearSparsities.kind(linear.name()), k -> new HashMap<>())
              .put(block.index(), value.applyAsDouble(linear));
        }
      }
    }
    return kinds.entrySet().stream().map(k -> Curve.of(k.getKey(), k.getValue())).toList();
  }

  private static Map<Integer, Double> values(
      List<BlockResult> blocks, ToDoubleFunction<BlockResult> value) {
    return blocks.stream().collect(Collectors.toMap(BlockResult::index, value::applyAsDouble));
  }

  private static Map<Integer, Double> byIndex(List<Double> values) {
    return IntStream.range(0, values.size()).boxed().collect(Collectors.toMap(i -> i, values::get));
  }

  /** Curves of sparsities that lie on each other become one, with all their names. */
  private static List<Curve> joined(List<Curve> curves) {
    List<Curve> joined = new ArrayList<>();
    for (Curve curve : curves) {
      int same = 0;
      while (same < joined.size() && !alike(joined.get(same), curve)) {
        same++;
      }
      if (same == joined.size()) {
        joined.add(curve);
      } else {
        Curve first = joined.get(same);
        String names = first.name() + ", " + curve.name();
        joined.set(same, new Curve(names, first.points(), first.reference()));
      }
    }
    return joined;
  }

  private static boolean alike(Curve one, Curve other) {
    return one.points().keySet().equals(other.points().keySet())
        && one.points().entrySet().stream()
            .allMatch(p -> Math.abs(p.getValue() - other.points().get(p.getKey())) < VISIBLE);
  }

  private static Curve uniform(double sparsity, int blocks) {
    return new Curve(
        "uniform",
        IntStream.range(0, blocks).boxed().collect(Collectors.toMap(i -> i, i -> sparsity)),
        true);
  }
}
