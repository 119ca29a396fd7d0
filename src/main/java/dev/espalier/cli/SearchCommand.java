package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.allocation.AllocationCatalogue;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.NumberParameter;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.job.SearchJob;
import dev.espalier.job.SearchRequest;
import dev.espalier.report.ReportJson;
import dev.espalier.report.SearchReport;
import dev.espalier.search.Candidates;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code espalier search}. */
final class SearchCommand implements Command {
  private static final double PUBLISHED_BETA_STEP = 0.002;

  @Override
  public String name() {
    return "search";
  }

  @Override
  public String summary() {
    return "find the best allocation for a model";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "search",
        "search --model Llama --calibration train.txt --values owl,alphapruning,lsa,ratios.json",
        "search --model Llama --calibration train.txt --over beta",
        "search --model Llama --calibration train.txt --over alpha --golden 0.02:0.3",
        "prune --model Llama --calibration train.txt --allocation search-result.json");
  }

  @Override
  public Options options() {
    Options options =
        new Options()
            .addOption(CommonOptions.model("what to prune"))
            .addOption(
                CommonOptions.value(
                    "output",
                    "FILE",
                    "where the best allocation goes (%s)".formatted(SearchRequest.USUAL_OUTPUT)))
            .addOption(CommonOptions.overwrite())
            .addOption(
                CommonOptions.value(
                    "over",
                    "NAME",
                    "what to vary: allocations, or %s (allocations)"
                        .formatted(AllocationOptions.numbers())))
            .addOption(
                CommonOptions.value(
                    "values",
                    "V,...",
                    "the parameter's values (beta: 0.002, 0.004, … to its bound); with --over"
                        + " allocations which ones: %s (%s)"
                            .formatted(AllocationOptions.CHOICES, AllocationOptions.usual())))
            .addOption(
                CommonOptions.value(
                    "golden", "FROM:TO", "golden sections of a range instead of values"))
            .addOption(
                CommonOptions.value("evaluations", "N", "with --golden: how many trials (8)"))
            .addOption(
                CommonOptions.value(
                    "search-criterion",
                    "held-out|test",
                    "judge by held-out windows of the calibration text, or as published by a test"
                        + " text (held-out)"))
            .addOption(
                CommonOptions.value(
                    "evaluate", "TEXT", "the test text, with --search-criterion test"))
            .addOption(
                CommonOptions.value(
                    "windows",
                    "N",
                    "the criterion's windows at most (%d)".formatted(SearchRequest.USUAL_WINDOWS)))
            .addOption(
                CommonOptions.flag(
                    "exhaustive", "every trial sees all windows, even one that is worse at half"));
    PruningOptions.addPruning(options);
    AllocationOptions.addParameters(options);
    CalibrationOptions.addTo(options);
    return CommonOptions.addCompute(options);
  }

  @Override
  public void run(CommandLine line, Console console) {
    SearchRequest request = request(line, console.command());
    Interruption.resumable("trial");
    SearchReport report = SearchJob.run(request, console.listener());
    if (console.json()) {
      console.documents().print(ReportJson.search(report));
    } else {
      console
          .out()
          .print(TrialTable.of(report, request.output(), PruneHint.of(line, request.output())));
    }
  }

  private static SearchRequest request(CommandLine line, String command) {
    SearchRequest.Builder request =
        SearchRequest.builder(CommonOptions.path(line, "model", Sample.MODEL))
            .candidates(candidates(line))
            .exhaustive(line.hasOption("exhaustive"))
            .overwrite(line.hasOption("overwrite"));
    PruningOptions.apply(line, request);
    CalibrationOptions.apply(line, request);
    test(line).ifPresent(request::test);
    CommonOptions.optionalInteger(line, "windows").ifPresent(request::windows);
    CommonOptions.optionalPath(line, "output").ifPresent(request::output);
    return CommonOptions.compute(line, request).command(command).build();
  }

  private static Candidates candidates(CommandLine line) {
    if (line.hasOption("evaluations") && !line.hasOption("golden")) {
      throw new BadInputException("--evaluations needs --golden FROM:TO");
    }
    String over = line.getOptionValue("over", "allocations");
    if (over.equals("allocations")) {
      return allocations(line);
    }
    requireParametersOf(List.of(), line);
    NumberParameter parameter = AllocationOptions.number(over);
    DoubleFunction<SparsityAllocation> family = AllocationCatalogue.varying(parameter);
    if (line.hasOption("golden")) {
      return golden(line, family);
    }
    if (line.hasOption("values")) {
      return Candidates.Listed.coarseToFine(
          Stream.of(line.getOptionValue("values").split(",", -1))
              .map(value -> number("values", value))
              .sorted()
              .map(family::apply)
              .toList());
    }
    if (!parameter.equals(AtpAllocation.BETA)) {
      throw new BadInputException(
          "--over %s needs --values, such as 0.05,0.1,0.2, or --golden FROM:TO".formatted(over));
    }
    return new Candidates.BetaGrid(PUBLISHED_BETA_STEP);
  }

  private static Candidates allocations(CommandLine line) {
    if (line.hasOption("golden")) {
      throw new BadInputException("--golden needs --over with a parameter's name");
    }
    if (!line.hasOption("values")) {
      requireParametersOf(List.of(), line);
      return new Candidates.Usual();
    }
    List<String> names = List.of(line.getOptionValue("values").split(",", -1));
    requireParametersOf(names, line);
    return new Candidates.Listed(names.stream().map(name -> allocation(name, line)).toList());
  }

  private static SparsityAllocation allocation(String name, CommandLine line) {
    return AllocationOptions.find(name, line)
        .orElseThrow(
            () ->
                new BadInputException(
                    "--values has \"%s\"; choose among %s, or name a parameter with --over"
                        .formatted(name, AllocationOptions.CHOICES)));
  }

  private static void requireParametersOf(List<String> names, CommandLine line) {
    AllocationOptions.stray(names, line)
        .ifPresent(
            parameter -> {
              throw new BadInputException(
                  ("--%s is a parameter of nothing that is searched; name its allocation in --values"
                          + " with --over allocations")
                      .formatted(parameter.key()));
            });
  }

  private static Candidates golden(CommandLine line, DoubleFunction<SparsityAllocation> family) {
    if (line.hasOption("values")) {
      throw new BadInputException("--values and --golden exclude each other; give one of them");
    }
    String[] ends = line.getOptionValue("golden").split(":", -1);
    if (ends.length != 2) {
      throw new BadInputException(
          "--golden is \"%s\"; write FROM:TO, such as 0.02:0.3"
              .formatted(line.getOptionValue("golden")));
    }
    double low = number("golden", ends[0]);
    double high = number("golden", ends[1]);
    if (!(low < high)) {
      throw new BadInputException(
          "--golden is \"%s\"; its first number must be the smaller"
              .formatted(line.getOptionValue("golden")));
    }
    family.apply(low); // an impossible end is refused now
    family.apply(high);
    int evaluations = CommonOptions.integer(line, "evaluations", 8);
    if (evaluations < 2) {
      throw new BadInputException("--evaluations is " + evaluations + "; at least 2 are needed");
    }
    return new Candidates.Golden(family, low, high, evaluations);
  }

  private static double number(String option, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new BadInputException("--%s has \"%s\", not a number".formatted(option, text));
    }
  }

  private static Optional<Path> test(CommandLine line) {
    String criterion = CommonOptions.choice(line, "search-criterion", "held-out", "test");
    if (criterion.equals("held-out")) {
      if (line.hasOption("evaluate")) {
        throw new BadInputException("--evaluate needs --search-criterion test");
      }
      return Optional.empty();
    }
    if (line.hasOption("evaluate")) {
      return Optional.of(TextOptions.one("evaluate", line.getOptionValue("evaluate")));
    }
    if (line.hasOption("model")) {
      throw new BadInputException("--search-criterion test needs --evaluate with the test text");
    }
    return Optional.of(Sample.TEST);
  }
}
