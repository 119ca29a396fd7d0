package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.allocation.AllocationKind;
import dev.espalier.allocation.AlphaPruningAllocation;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.DlpAllocation;
import dev.espalier.allocation.ModelAllocation;
import dev.espalier.allocation.OwlAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.job.AllocateJob;
import dev.espalier.job.AllocateRequest;
import dev.espalier.report.AllocationReport;
import dev.espalier.report.ReportJson;
import dev.espalier.report.ReportTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code espalier allocate}. */
final class AllocateCommand implements Command {
  private static final String DEFAULT =
      Stream.of(
              UniformAllocation.KIND,
              DlpAllocation.KIND,
              OwlAllocation.KIND,
              AtpAllocation.KIND,
              AlphaPruningAllocation.KIND)
          .map(AllocationKind::name)
          .collect(Collectors.joining(","));

  @Override
  public String name() {
    return "allocate";
  }

  @Override
  public String summary() {
    return "show what allocations would give a model, without pruning";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "allocate",
        "allocate --model Llama --calibration train.txt --allocation owl,dlp,alphapruning",
        "allocate --model Llama --allocation alphapruning,er,erk --output allocations.html");
  }

  @Override
  public Options options() {
    Options options =
        new Options()
            .addOption(CommonOptions.model("which model"))
            .addOption(
                CommonOptions.value(
                    "allocation",
                    "NAME,...",
                    "which ones: %s; %s (%s)"
                        .formatted(
                            AllocationOptions.CHOICES, AllocationOptions.fallbacks(), DEFAULT)));
    PruningOptions.addTarget(options, "unstructured, or N:8 (the letter N) for a mixed one")
        .addOption(
            CommonOptions.value(
                "output", "FILE.html", "also write a page with a plot, and FILE.json beside it"))
        .addOption(CommonOptions.overwrite())
        .addOption(
            CommonOptions.flag(
                "published-rounding", "clamp and average exactly as the published code"));
    AllocationOptions.addParameters(options);
    CalibrationOptions.addTo(options);
    return CommonOptions.addCompute(options);
  }

  @Override
  public void run(CommandLine line, Console console) {
    AllocateRequest request = request(line, console.command());
    AllocationReport report = AllocateJob.run(request, console.listener());
    if (console.json()) {
      console.documents().print(ReportJson.allocation(report));
    } else {
      console.out().println(ReportTables.allocations(report));
      ReportTables.allocationsByLinear(report).ifPresent(console.out()::println);
      request.output().ifPresent(page -> console.out().println("The page is " + page + "."));
    }
  }

  private static AllocateRequest request(CommandLine line, String command) {
    AllocateRequest.Builder request =
        AllocateRequest.builder(CommonOptions.path(line, "model", Sample.MODEL))
            .overwrite(line.hasOption("overwrite"));
    PruningOptions.applyTarget(line, request);
    if (line.hasOption("calibration") || !line.hasOption("model")) {
      CalibrationOptions.apply(line, request);
    }
    CommonOptions.optionalPath(line, "output").ifPresent(request::output);
    allocations(line).forEach(request::allocation);
    return CommonOptions.compute(line, request).command(command).build();
  }

  private static List<ModelAllocation> allocations(CommandLine line) {
    List<String> names = List.of(line.getOptionValue("allocation", DEFAULT).split(",", -1));
    AllocationOptions.requireParametersOf(names, line);
    List<ModelAllocation> allocations = new ArrayList<>();
    for (String name : names) {
      Optional<AllocationKind> open = AllocationOptions.open(name, line);
      if (open.isPresent()) {
        allocations.add(open.get().usual());
      } else {
        SparsityAllocation allocation =
            AllocationOptions.find(name, line)
                .orElseThrow(
                    () ->
                        new BadInputException(
                            "--allocation is \"%s\"; choose among %s"
                                .formatted(name, AllocationOptions.CHOICES)));
        allocations.add((sparsity, blocks) -> allocation);
      }
    }
    return allocations;
  }
}
