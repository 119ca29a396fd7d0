package dev.espalier.examples;

import dev.espalier.Progress;
import dev.espalier.job.InspectJob;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.report.ModelInspection;
import java.nio.file.Path;
import java.util.List;

/** Tells how sparse the linears of a model folder are, and which of them are 2:4. */
public final class Inspect {
  private Inspect() {}

  /**
   * @param args the model folder
   */
  public static void main(String[] args) {
    ModelInspection model =
        InspectJob.run(Path.of(args[0]), List.of(new NofM(2, 4)), Progress.NONE);
    model
        .linears()
        .forEach(l -> System.out.printf("%-40s %.2f %s%n", l.name(), l.sparsity(), l.patterns()));
    System.out.printf(
        "%.1f %% of %,d weights are zero.%n", 100 * model.sparsity(), model.weights());
  }
}
