package dev.espalier.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.NumericalException;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.device.ComputeDevice;
import dev.espalier.kernels.Rounding;
import dev.espalier.model.DecoderModel;
import dev.espalier.pruning.LinearError;
import dev.espalier.pruning.MagnitudePruning;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.pruning.PruningTarget;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.report.Trial;
import dev.espalier.run.PruningRun;
import dev.espalier.run.PruningSettings;
import dev.espalier.run.RecordedNotes;
import dev.espalier.statistics.InputStatistics;
import dev.espalier.testing.RecordingProgress;
import dev.espalier.testing.TinyModel;
import dev.espalier.text.TokenWindows;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrialRunnerTest {
  private final TinyModel source = TinyModel.small();
  private final TokenWindows criterion = TinyModel.windows(7, 20);
  private final RecordingProgress heard = new RecordingProgress();
  private DecoderModel model;

  /** Magnitude pruning of a model that does not survive more than 80 %. */
  private record Fragile(MagnitudePruning method) implements PruningMethod {
    @Override
    public String name() {
      return "fragile";
    }

    @Override
    public InputStatistics.Kind statistics() {
      return InputStatistics.Kind.NORMS;
    }

    @Override
    public boolean updatesWeights() {
      return false;
    }

    @Override
    public LinearError prune(
        Tensor weight, Optional<InputStatistics> statistics, PruningTarget target) {
      if (target.sparsity() > 0.8) {
        throw new NumericalException("the inputs overflow");
      }
      return method.prune(weight, Optional.empty(), target);
    }
  }

  @BeforeEach
  void open() {
    model = source.open();
  }

  @AfterEach
  void close() {
    model.close();
    source.close();
  }

  private Trial make(SparsityAllocation allocation, boolean exhaustive, OptionalDouble bar) {
    PruningSettings settings =
        new PruningSettings(
            new Fragile(new MagnitudePruning()), SparsityPattern.UNSTRUCTURED, 0.7, Rounding.EXACT);
    PruningRun run =
        new PruningRun(
            settings,
            model,
            Optional.of(TinyModel.windows(3, 20)),
            Optional.empty(),
            new RecordedNotes(heard));
    try (TrialRunner runner = new TrialRunner(run, criterion, exhaustive)) {
      return runner.attempt("Trial", allocation, bar);
    }
  }

  private Trial make(SparsityAllocation allocation) {
    return make(allocation, false, OptionalDouble.empty());
  }

  @Test
  void halvesMeanTheSameHoweverTheyAreMeasured() {
    Trial atOnce = make(new UniformAllocation(), true, OptionalDouble.empty());
    Trial byHalves = make(new UniformAllocation(), false, OptionalDouble.empty());
    assertEquals(List.of("Trial", "Trial", "Trial, the rest"), heard.taskNames());
    assertEquals(atOnce.atHalf(), byHalves.atHalf(), 1e-4 * atOnce.atHalf());
    double whole = atOnce.perplexity();
    assertEquals(whole, byHalves.perplexity(), 1e-4 * whole);
    assertTrue(Math.abs(atOnce.atHalf() - whole) > 1e-3 * whole, "they differ");
  }

  @Test
  void whatIsWorseAtHalfStops() {
    double atHalf = make(new UniformAllocation()).atHalf();
    assertTrue(make(new UniformAllocation(), false, OptionalDouble.of(0.999 * atHalf)).stopped());
    assertFalse(make(new UniformAllocation(), false, OptionalDouble.of(1.001 * atHalf)).stopped());
    assertFalse(make(new UniformAllocation(), true, OptionalDouble.of(0.999 * atHalf)).stopped());
  }

  @Test
  void blocksAreKeptWhereTheyNeedNotTravelAndThereIsRoom() {
    assertTrue(TrialRunner.keepsBlocks(ComputeDevice.CPU, 49, 100));
    assertFalse(TrialRunner.keepsBlocks(ComputeDevice.CPU, 50, 100));
    assertFalse(TrialRunner.keepsBlocks(new ComputeDevice(0), 1, 100));
  }

  @Test
  void theTasksHaveAsManyStepsAsTheySay() {
    make(new UniformAllocation());
    make(new UniformAllocation(), true, OptionalDouble.empty());
    assertEquals(
        heard.tasks().stream().mapToLong(RecordingProgress.Task::planned).sum(), heard.done());
  }

  @Test
  void aModelThatDoesNotSurviveIsOutAndOthersGoOn() {
    Trial outcome = make(new AtpAllocation(0.2)); // 50, 70 and 90 %
    assertTrue(Double.isNaN(outcome.atHalf()));
    assertTrue(Double.isNaN(outcome.perplexity()));
    assertEquals(1, heard.notes().size());
    assertTrue(heard.notes().get(0).startsWith("atp (beta 0.2) is out: "), heard.notes().get(0));
    assertTrue(heard.notes().get(0).endsWith("the inputs overflow"), heard.notes().get(0));
    assertTrue(heard.current().isEmpty());
    assertTrue(make(new AtpAllocation(0.05)).perplexity() > 1);
  }

  @Test
  void anImpossiblePlanIsOutBeforeItBegins() {
    Trial outcome = make(new AtpAllocation(0.4));
    assertTrue(Double.isNaN(outcome.perplexity()));
    assertTrue(heard.notes().get(0).contains("is out: beta is 0.4"), heard.notes().get(0));
    assertEquals(List.of(), heard.taskNames());
  }
}
