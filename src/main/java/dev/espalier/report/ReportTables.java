package dev.espalier.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The tables of reports: the console prints them and pages show them. */
public final class ReportTables {
  private static final String UNKNOWN = "-";

  private ReportTables() {}

  /** A row per corpus: the dense model, a uniform allocation where measured, and the pruned one. */
  public static Table perplexity(PruneReport report) {
    boolean compared = report.perplexity().stream().anyMatch(c -> c.uniform().isPresent());
    List<String> header = new ArrayList<>(List.of("perplexity", "dense"));
    if (compared) {
      header.add("uniform");
    }
    header.add(report.allocation().name());
    Table table = new Table(header);
    List<String> names = corpora(report);
    for (CorpusPerplexity corpus : report.perplexity()) {
      List<String> cells = new ArrayList<>(List.of(names.get(table.rows().size())));
      cells.add(Quantities.perplexity(corpus.dense()));
      if (compared) {
        cells.add(uniform(corpus));
      }
      cells.add(Quantities.perplexity(corpus.pruned()));
      table.row(cells);
    }
    return table;
  }

  /** What to call the evaluation texts, in order. */
  public static List<String> corpora(PruneReport report) {
    return fileNames(report.perplexity().stream().map(c -> c.protocol().corpus()).toList());
  }

  /** The candidates that were tried, the best marked. */
  public static Table trials(List<Trial> trials) {
    Standing standing = new Standing(trials);
    Table table = new Table("allocation", "perplexity", "");
    for (Trial trial : trials) {
      String outcome = standing.outcome(trial);
      table.row(
          trial.describe(),
          trial.samePlanAs().isEmpty()
              ? outcome
              : "same plan as %s: %s".formatted(trial.samePlanAs(), outcome),
          standing.isBest(trial) ? "best" : "");
    }
    return table;
  }

  /**
   * A row per block, a column per allocation. Where the linears of a block differ, its mean is
   * followed by the least and the most of them.
   */
  public static Table allocations(AllocationReport report) {
    List<String> header = new ArrayList<>(List.of("sparsity of block"));
    header.addAll(report.names());
    Table table = new Table(header);
    for (int b = 0; b < report.blocks(); b++) {
      List<String> cells = new ArrayList<>(List.of(String.valueOf(b)));
      for (AllocationReport.Plan plan : report.plans()) {
        String mean = Quantities.fraction(plan.blockSparsities().get(b));
        cells.add(
            plan.linears().differWithinBlocks()
                ? mean + " (" + plan.linears().ranges().get(b).describe() + ")"
                : mean);
      }
      table.row(cells);
    }
    return table;
  }

  /**
   * A row per kind of linear, a column per allocation under which the linears of a block differ:
   * the least and the most over all blocks. Absent if there is none.
   */
  public static Optional<Table> allocationsByLinear(AllocationReport report) {
    List<String> header = new ArrayList<>(List.of("sparsity of linear"));
    List<Map<String, LinearSparsities.Range>> columns = new ArrayList<>();
    for (int i = 0; i < report.plans().size(); i++) {
      LinearSparsities linears = report.plans().get(i).linears();
      if (linears.differWithinBlocks()) {
        header.add(report.names().get(i));
        columns.add(linears.rangesByKind());
      }
    }
    if (columns.isEmpty()) {
      return Optional.empty();
    }
    Table table = new Table(header);
    for (String kind : columns.get(0).keySet()) {
      List<String> cells = new ArrayList<>(List.of(kind));
      columns.forEach(column -> cells.add(column.get(kind).describe()));
      table.row(cells);
    }
    return Optional.of(table);
  }

  /** A row per run. */
  public static Table runs(RunComparison comparison) {
    Table table =
        new Table(
            "run",
            "model",
            "method",
            "allocation",
            "pattern",
            "target",
            "achieved",
            "time",
            "peak memory");
    List<String> models = fileNames(comparison.runs().stream().map(ComparedRun::model).toList());
    for (ComparedRun run : comparison.runs()) {
      table.row(
          run.name(),
          models.get(table.rows().size()),
          run.method(),
          run.allocation(),
          run.pattern(),
          run.target().isPresent() ? Quantities.percent(run.target().getAsDouble()) : UNKNOWN,
          Quantities.percent(run.achieved()),
          run.seconds().isPresent() ? Quantities.duration(run.seconds().getAsDouble()) : UNKNOWN,
          run.peakBytes().isPresent() ? Quantities.bytes(run.peakBytes().getAsLong()) : UNKNOWN);
    }
    return table;
  }

  /** Perplexities of one protocol, a row per run. */
  public static Table perplexities(List<RunComparison.Measured> runs) {
    boolean compared = runs.stream().anyMatch(r -> r.perplexity().uniform().isPresent());
    Table table =
        compared
            ? new Table("perplexity", "dense", "uniform", "pruned")
            : new Table("perplexity", "dense", "pruned");
    for (RunComparison.Measured measured : runs) {
      CorpusPerplexity perplexity = measured.perplexity();
      List<String> cells = new ArrayList<>(List.of(measured.run().name()));
      cells.add(Quantities.perplexity(perplexity.dense()));
      if (compared) {
        cells.add(uniform(perplexity));
      }
      cells.add(Quantities.perplexity(perplexity.pruned()));
      table.row(cells);
    }
    return table;
  }

  /** A row per phase. */
  public static Table phases(PruneReport report) {
    Table table = new Table("phase", "time", "peak memory");
    for (PruneReport.Phase phase : report.phases()) {
      table.row(
          phase.name(),
          Quantities.duration(phase.seconds()),
          phase.peakBytes() > 0 ? Quantities.bytes(phase.peakBytes()) : UNKNOWN);
    }
    table.row(
        "in all",
        Quantities.duration(report.seconds()),
        report.peakBytes() > 0 ? Quantities.bytes(report.peakBytes()) : UNKNOWN);
    return table;
  }

  /** Every linear, block after block. */
  public static Table linears(PruneReport report) {
    Table table =
        new Table("linear", "shape", "target", "achieved", "zeros", "error", "damping", "seconds");
    for (var block : report.blocks()) {
      for (var linear : block.linears()) {
        table.row(
            linear.name(),
            linear.rows() + " × " + linear.cols(),
            Quantities.percent(linear.target()),
            Quantities.percent(linear.sparsity()),
            Quantities.count(linear.zeros()),
            Quantities.fraction(linear.error().value()),
            linear.error().damping() > 0 ? Quantities.damping(linear.error().damping()) : UNKNOWN,
            Quantities.seconds(linear.seconds()));
      }
    }
    return table;
  }

  private static String uniform(CorpusPerplexity corpus) {
    return corpus.uniform().isPresent()
        ? Quantities.perplexity(corpus.uniform().getAsDouble())
        : UNKNOWN;
  }

  /** The last part of a path. */
  public static String fileName(String path) {
    Path name = Path.of(path).getFileName();
    return name == null ? path : name.toString();
  }

  /** Of each path the last parts, as few as tell it from the others. */
  private static List<String> fileNames(List<String> paths) {
    return paths.stream().map(path -> fileName(path, paths)).toList();
  }

  private static String fileName(String path, List<String> paths) {
    return IntStream.range(1, Path.of(path).getNameCount())
        .filter(parts -> paths.stream().noneMatch(other -> confused(path, other, parts)))
        .mapToObj(parts -> tail(path, parts))
        .findFirst()
        .orElse(path);
  }

  private static boolean confused(String path, String other, int parts) {
    return !other.equals(path) && tail(other, parts).equals(tail(path, parts));
  }

  private static String tail(String path, int parts) {
    Path whole = Path.of(path);
    int all = whole.getNameCount();
    return parts < all ? whole.subpath(all - parts, all).toString() : path;
  }
}
