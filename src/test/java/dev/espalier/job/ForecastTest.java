package dev.espalier.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.DlpAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.pruning.WandaPruning;
import dev.espalier.testing.RecordingProgress;
import dev.espalier.testing.RecordingProgress.Task;
import dev.espalier.testing.Samples;
import dev.espalier.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForecastTest {
  private static final Pattern PASSES = Pattern.compile("Ahead are about ([\\d,]+) passes.*");

  @TempDir Path temp;

  @Test
  void tellsPassesTimeAndDisk() {
    assertEquals(
        "Ahead are about 7,200 passes of a window through a block, 1 h 00 min at the first block's"
            + " speed; choosing weights comes on top. The output takes 3.0 MiB on disk.",
        new Forecast(7200, 0.5, 3 << 20).sentence());
  }

  /**
   * With an allocation that is named nothing is open: the forecast is what progress then counts.
   */
  @Test
  void countsWhatTheRunThenDoes() throws IOException {
    for (SparsityAllocation allocation : List.of(new AtpAllocation(0.02), new DlpAllocation())) {
      RecordingProgress heard = new RecordingProgress();
      PruneJob.run(
          PruneRequest.builder(TinyModel.folder(temp.resolve(allocation.name())))
              .method(new WandaPruning())
              .allocation(allocation)
              .sparsity(0.5)
              .calibration(Samples.CALIBRATION)
              .samples(2)
              .seqLen(32)
              .device("cpu")
              .evaluate(Samples.TEST)
              .compareUniform(true)
              .output(temp.resolve("out-" + allocation.name()))
              .build(),
          heard);
      long forecast =
          heard.notes().stream()
              .map(PASSES::matcher)
              .filter(Matcher::matches)
              .mapToLong(told -> Long.parseLong(told.group(1).replace(",", "")))
              .sum();
      long counted =
          heard.tasks().stream()
              .filter(task -> !task.name().contains("okeniz") && !task.name().startsWith("Measur"))
              .mapToLong(Task::planned)
              .sum();
      assertEquals(counted, forecast, heard.tasks()::toString);
    }
  }
}
