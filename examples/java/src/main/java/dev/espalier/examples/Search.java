package dev.espalier.examples;

import dev.espalier.Progress;
import dev.espalier.job.SearchJob;
import dev.espalier.job.SearchRequest;
import dev.espalier.pruning.SparseGptPruning;
import dev.espalier.report.SearchReport;
import java.nio.file.Path;

/**
 * Lets allocations compete: how much should each block lose? {@code espalier prune --allocation}
 * takes the file that it writes.
 */
public final class Search {
  private Search() {}

  /**
   * @param args the model folder, a calibration text, the JSON file to write
   */
  public static void main(String[] args) {
    SearchRequest request =
        SearchRequest.builder(Path.of(args[0]))
            .calibration(Path.of(args[1]))
            .samples(8)
            .seqLen(128)
            .method(new SparseGptPruning())
            .windows(4)
            .output(Path.of(args[2]))
            .build();
    SearchReport report = SearchJob.run(request, new PrintedProgress());
    report.trials().forEach(t -> System.out.printf("%-24s %.2f%n", t.describe(), t.perplexity()));
    System.out.println("The best is " + report.best().describe() + ".");
  }

  /** Hears what a run has to say. Every method of a listener may be left as it is. */
  private static final class PrintedProgress implements Progress {
    @Override
    public void begin(String task, long steps) {
      System.out.println(task + " ...");
    }

    @Override
    public void note(String sentence) {
      System.out.println(sentence);
    }
  }
}
