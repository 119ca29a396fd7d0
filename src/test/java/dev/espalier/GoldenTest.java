package dev.espalier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.DlpAllocation;
import dev.espalier.allocation.OwlAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.SparsityBudget;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.checkpoint.SafetensorsFile;
import dev.espalier.device.Placement;
import dev.espalier.evaluation.MeasuredBlocks;
import dev.espalier.evaluation.Perplexity;
import dev.espalier.evaluation.PerplexityMeter;
import dev.espalier.forward.HiddenStates;
import dev.espalier.forward.MemoryBeside;
import dev.espalier.kernels.Rounding;
import dev.espalier.measurement.DenseNorms;
import dev.espalier.measurement.DensePass;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.pruning.BlockwisePruner;
import dev.espalier.pruning.MagnitudePruning;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.pruning.SparseGptPruning;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.pruning.WandaPruning;
import dev.espalier.pruning.WandaVariantPruning;
import dev.espalier.testing.Slow;
import dev.espalier.text.Corpus;
import dev.espalier.text.EvaluationWindows;
import dev.espalier.text.HuggingFaceTokenizer;
import dev.espalier.text.TokenWindows;
import dev.espalier.text.WindowSampler;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the published code printed and masked for the sample model, against ours: float32, 32
 * windows of 256 tokens, seed 0, published rounding, DLP by the mean.
 */
@Slow
class GoldenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Path SAMPLES = Path.of("samples");

  /** What the dense model is measured to be, once for all runs. */
  private static MeasuredModel dense;

  private static ModelFolder folder;
  private static DecoderModel model;
  private static TokenWindows calibration;
  private static TokenWindows evaluation;

  /**
   * One run of the published code.
   *
   * @param agreement the fraction of mask positions that must agree
   */
  private record Run(
      String folder,
      PruningMethod method,
      SparsityPattern pattern,
      SparsityAllocation allocation,
      double agreement) {
    static Run of(String folder, PruningMethod method, SparsityAllocation allocation) {
      double agreement = method.updatesWeights() ? 0.999 : 0.9999;
      return new Run(folder, method, SparsityPattern.UNSTRUCTURED, allocation, agreement);
    }

    static Run nOfM(String folder, PruningMethod method, int keep, int group) {
      double agreement = method.updatesWeights() ? 0.999 : 0.9999;
      return new Run(
          folder,
          method,
          new SparsityPattern.NofM(keep, group),
          new UniformAllocation(),
          agreement);
    }

    double sparsity() {
      return pattern instanceof SparsityPattern.NofM nofM ? nofM.sparsity() : 0.7;
    }

    @Override
    public String toString() {
      return folder;
    }
  }

  static Stream<Run> runs() {
    var uniform = new UniformAllocation();
    var dlp = new DlpAllocation(0.15, Measurement.Score.MEAN);
    var owl = new OwlAllocation(0.08, 5);
    var atp = new AtpAllocation(0.02);
    return Stream.of(
        Run.of("magnitude-70", new MagnitudePruning(), uniform),
        Run.of("magnitude_dlp-70", new MagnitudePruning(), dlp),
        Run.of("wanda-70", new WandaPruning(), uniform),
        Run.of("wanda_dlp-70", new WandaPruning(), dlp),
        Run.of("wanda_owl-70", new WandaPruning(), owl),
        Run.of("wanda_atp-70-b002", new WandaPruning(), atp),
        Run.of("wanda_variant-70", new WandaVariantPruning(), uniform),
        Run.nOfM("wanda-2of4", new WandaPruning(), 2, 4),
        Run.of("sparsegpt-70", new SparseGptPruning(), uniform),
        Run.of("sparsegpt_dlp-70", new SparseGptPruning(), dlp),
        Run.of("sparsegpt_owl-70", new SparseGptPruning(), owl),
        Run.of("sparsegpt_atp-70-b002", new SparseGptPruning(), atp),
        Run.nOfM("sparsegpt-4of8", new SparseGptPruning(), 4, 8));
  }

  @BeforeAll
  static void open() {
    folder = ModelFolder.open(SAMPLES.resolve("sotu-llama-5m"));
    model = DecoderModel.open(folder.config(), folder, Placement.cpu());
    try (var tokenizer = HuggingFaceTokenizer.load(folder.path())) {
      calibration =
          new WindowSampler(tokenizer, 32, 256, 0)
              .draw(Corpus.open(SAMPLES.resolve("calibration.txt")))
              .windows();
      evaluation = EvaluationWindows.of(Corpus.open(SAMPLES.resolve("test.txt")), tokenizer, 256);
    }
    Set<Measurement> needs =
        runs().flatMap(run -> run.allocation.needs().stream()).collect(Collectors.toSet());
    dense =
        MeasuredModel.of(model.description())
            .with(
                new DensePass(model, needs, new DenseNorms())
                    .measure(Optional.of(calibration), Progress.NONE));
  }

  @AfterAll
  static void close() {
    model.close();
    folder.close();
  }

  @Test
  void densePerplexity() throws IOException {
    double golden = result("wanda-70").get("dense_ppl").asDouble();
    double ours = Perplexity.measure(model, evaluation, Progress.NONE).value();
    assertEquals(golden, ours, 1e-4 * golden);
  }

  @ParameterizedTest
  @MethodSource("runs")
  void matchesPublishedCode(Run run) throws IOException {
    JsonNode golden = result(run.folder);
    SparsityPlan plan = plan(run);
    if (golden.has("ratios")) {
      assertSparsities(golden.get("ratios"), run.allocation, plan);
    }
    try (SafetensorsFile masks =
            SafetensorsFile.open(GOLDEN.resolve(run.folder).resolve("mask.safetensors"));
        PerplexityMeter meter =
            new PerplexityMeter(model, evaluation, MemoryBeside.NONE, Progress.NONE);
        HiddenStates hidden =
            HiddenStates.embed(model, calibration, MemoryBeside.NONE, Progress.NONE)) {
      GoldenMasks comparison = new GoldenMasks(run.method, masks, linearNames());
      new BlockwisePruner(model, comparison, run.pattern, plan, Rounding.PUBLISHED)
          .prune(hidden, new MeasuredBlocks(List.of(meter)));
      double perplexity = meter.finish().value();
      double published = golden.get("ppl").asDouble();
      System.out.printf(
          "%s: perplexity %.4f (published %.4f), %d of %d mask positions differ%n",
          run, perplexity, published, comparison.flips(), comparison.positions());
      assertTrue(comparison.agreement() >= run.agreement, comparison::toString);
      if (!run.method.updatesWeights()) {
        assertTrue(comparison.worstFlip() <= 1e-5, comparison::toString);
      }
      assertEquals(published, perplexity, 1e-3 * published);
    }
  }

  private static SparsityPlan plan(Run run) {
    return new SparsityBudget(Rounding.PUBLISHED).plan(run.allocation, run.sparsity(), dense);
  }

  /** DLP and OWL print densities, ATP sparsities. */
  private static void assertSparsities(
      JsonNode golden, SparsityAllocation allocation, SparsityPlan plan) {
    for (int i = 0; i < golden.size(); i++) {
      double value = golden.get(i).asDouble();
      double sparsity = allocation instanceof AtpAllocation ? value : 1 - value;
      assertEquals(sparsity, plan.sparsity(i, 0), 1e-4, "block " + i);
    }
  }

  private static List<String> linearNames() {
    return IntStream.range(0, model.blockCount())
        .boxed()
        .flatMap(i -> model.description().linears(i).stream())
        .map(LinearDescription::name)
        .toList();
  }

  private static JsonNode result(String run) throws IOException {
    File file = GOLDEN.resolve(run).resolve("result.json").toFile();
    return new ObjectMapper().readTree(file);
  }
}
