package dev.espalier.examples;

import dev.espalier.Progress;
import dev.espalier.job.PruneJob;
import dev.espalier.job.PruneRequest;
import dev.espalier.report.PruneReport;
import java.nio.file.Path;

/**
 * Prunes a model folder into a new one: 60 % of its weights go, of each block as many as the best
 * of the usual allocations says.
 */
public final class Prune {
  private Prune() {}

  /**
   * @param args the model folder, a calibration text, a text to evaluate on, the folder to write
   */
  public static void main(String[] args) {
    PruneRequest request =
        PruneRequest.builder(Path.of(args[0]))
            .calibration(Path.of(args[1]))
            .samples(8)
            .seqLen(128)
            .sparsity(0.6)
            .evaluate(Path.of(args[2]))
            .output(Path.of(args[3]))
            .build();
    PruneReport report = PruneJob.run(request, Progress.NONE);
    report
        .perplexity()
        .forEach(p -> System.out.printf("Perplexity %.2f, was %.2f%n", p.pruned(), p.dense()));
  }
}
