package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.job.AllocateJob;
import dev.espalier.job.AllocateRequest;
import dev.espalier.report.AllocationReport;
import dev.espalier.report.ReportJson;
import dev.espalier.report.ReportTables;
import dev.espalier.run.PruningSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code espalier allocate}. */
final class AllocateCommand implements Command {
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
            .addOption(CommonOptions.value("model", "FOLDER", "which model (bundled sample)"))
            .addOption(
                CommonOptions.value(
                    "allocation",
                    "NAME,...",
                    "which ones: %s; atp without --beta takes half of the largest"
                            .formatted(AllocationOptions.CHOICES)
                        + " (uniform,dlp,owl,atp,alphapruning)"))
            .addOption(CommonOptions.value("sparsity", "P", "pruned fraction in [0, 1) (0.7)"))
            .addOption(
                CommonOptions.value(
                    "pattern", "P", "unstructured, or N:8 (the letter N) for a mixed one"))
            .addOption(
                CommonOptions.value(
                    "statistics",
                    "FILE",
                    "keep what is measured of the dense model there, for the next run"))
            .addOption(
                CommonOptions.value(
                    "output",
                    "FILE.html",
                    "also write a page with a plot, and FILE.json beside it"))
            .addOption(
                CommonOptions.flag(
                    "published-rounding", "clamp and average exactly as the published code"));
    AllocationOptions.addParameters(options);
    CalibrationOptions.addTo(options);
    return CommonOptions.addCompute(options);
  }

  @Override
  public void run(CommandLine line, Console console) {
    AllocateRequest request = request(line);
    AllocationReport report = AllocateJob.run(request, console.listener());
    if (console.json()) {
      console.out().print(ReportJson.text(ReportJson.allocation(report)));
    } else {
      console.out().println(ReportTables.allocations(report));
      request.output().ifPresent(page -> console.out().println("The page is " + page + "."));
    }
  }

  private static AllocateRequest request(CommandLine line) {
    AllocateRequest.Builder request =
        AllocateRequest.builder(CommonOptions.path(line, "model", Sample.MODEL));
    PruningOptions.apply(line, PruningOptions.pattern(line), request);
    if (line.hasOption("calibration") || !line.hasOption("model")) {
      CalibrationOptions.apply(line, request);
    }
    CommonOptions.optionalPath(line, "output").ifPresent(request::output);
    double sparsity = CommonOptions.number(line, "sparsity", PruningSettings.USUAL_SPARSITY);
    allocations(line, sparsity).forEach(request::allocation);
    return CommonOptions.compute(line, request).build();
  }

  private static List<IntFunction<SparsityAllocation>> allocations(
      CommandLine line, double sparsity) {
    List<String> names =
        List.of(
            line.getOptionValue("allocation", "uniform,dlp,owl,atp,alphapruning").split(",", -1));
    AllocationOptions.requireParametersOf(names, line);
    List<IntFunction<SparsityAllocation>> allocations = new ArrayList<>();
    for (String name : names) {
      if (name.equals("atp") && !line.hasOption("beta")) {
        allocations.add(blocks -> AtpAllocation.half(sparsity, blocks));
      } else {
        SparsityAllocation allocation =
            AllocationOptions.find(name, line)
                .orElseThrow(
                    () ->
                        new BadInputException(
                            "--allocation is \"%s\"; choose among %s"
                                .formatted(name, AllocationOptions.CHOICES)));
        allocations.add(blocks -> allocation);
      }
    }
    return allocations;
  }
}
