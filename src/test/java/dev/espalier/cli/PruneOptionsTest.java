package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.allocation.AlphaPruningAllocation;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.DlpAllocation;
import dev.espalier.allocation.OwlAllocation;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.job.PruneRequest;
import dev.espalier.kernels.Rounding;
import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.HillEstimator;
import dev.espalier.measurement.Measurement;
import dev.espalier.pruning.AdmmPruning;
import dev.espalier.pruning.FastAdmmPruning;
import dev.espalier.pruning.MagnitudePruning;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.pruning.SparseGptPruning;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.pruning.WandaPruning;
import dev.espalier.pruning.WandaVariantPruning;
import dev.espalier.run.ComputeSettings;
import dev.espalier.search.AllocationChoice;
import dev.espalier.text.TextSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What command lines ask for, in our spelling and in that of the published repositories. */
class PruneOptionsTest {
  private static final DlpAllocation DLP = new DlpAllocation(0.15, Measurement.Score.MEDIAN);

  private static PruneRequest request(String line) {
    List<String> args = line.isEmpty() ? List.of() : List.of(line.split(" "));
    List<String> translated = PublishedAliases.translate(args, new PruneCommand()).args();
    return PruneCommand.request(new OptionParser(new PruneCommand()).parse(translated));
  }

  private static List<String> notes(String line) {
    return PublishedAliases.translate(List.of(line.split(" ")), new PruneCommand()).notes();
  }

  @Test
  void refitIsForAnyMethod() {
    assertEquals(new WandaPruning().refitted(), method("--refit"));
    assertEquals(
        new SparseGptPruning(0.1, 128).refitted(),
        method("--method sparsegpt --damping 0.1 --refit"));
    assertEquals(new AdmmPruning(0.01, 40), method("--method admm --admm-iterations 40 --refit"));
    assertEquals(new FastAdmmPruning(20, true), method("--method admm-fast --refit"));
  }

  private static PruningMethod method(String line) {
    return request(line).settings().method();
  }

  @Test
  void defaultsAreTheSample() {
    PruneRequest request = request("");
    assertEquals(Sample.MODEL, request.model());
    assertEquals(Path.of("pruned/sotu-llama-5m-wanda-auto-0.7"), request.output());
    assertFalse(request.overwrite());
    assertEquals(new WandaPruning(), request.settings().method());
    assertEquals(SparsityPattern.UNSTRUCTURED, request.settings().pattern());
    assertEquals(new AllocationChoice.Auto(6), request.allocation());
    assertEquals(0.7, request.settings().sparsity());
    assertEquals(Rounding.EXACT, request.settings().rounding());
    assertEquals(List.of(Sample.CALIBRATION), request.calibration().text().files());
    assertEquals(128, request.calibration().samples());
    assertEquals(OptionalInt.empty(), request.calibration().seqLen());
    assertEquals(0, request.calibration().seed());
    assertEquals(List.of(TextSource.of(Sample.TEST)), request.evaluation());
    assertEquals(Optional.empty(), request.compute().dtype());
    assertTrue(request.compareUniform());
  }

  @Test
  void everyOptionReachesTheRequest() {
    PruneRequest request =
        request(
            "--model m --output o --overwrite --method sparsegpt --allocation dlp --alpha 0.2"
                + " --dlp-statistic mean --sparsity 0.5 --published-rounding --calibration c.txt"
                + " --evaluate a.txt,b.jsonl --samples 7 --seq-len 33 --seed 12345678901"
                + " --device cpu --compute-dtype bfloat16 --text-field content");
    assertEquals(Path.of("m"), request.model());
    assertEquals(Path.of("o"), request.output());
    assertTrue(request.overwrite());
    assertEquals(new SparseGptPruning(), request.settings().method());
    assertEquals(
        new AllocationChoice.Named(new DlpAllocation(0.2, Measurement.Score.MEAN)),
        request.allocation());
    assertEquals(0.5, request.settings().sparsity());
    assertEquals(Rounding.PUBLISHED, request.settings().rounding());
    assertEquals("c.txt", request.calibration().text().toString());
    assertEquals(
        List.of(
            new TextSource(Path.of("a.txt"), "content"),
            new TextSource(Path.of("b.jsonl"), "content")),
        request.evaluation());
    assertEquals(7, request.calibration().samples());
    assertEquals(OptionalInt.of(33), request.calibration().seqLen());
    assertEquals(12345678901L, request.calibration().seed());
    assertEquals(
        new ComputeSettings("cpu", Optional.of(ScalarType.BFloat16), OptionalInt.empty()),
        request.compute());
    assertFalse(request.compareUniform(), "only the sample is compared unasked");
  }

  @Test
  void parametersReachTheMethod() {
    assertEquals(
        new SparseGptPruning(0.1, 64),
        request("--method sparsegpt --damping 0.1 --block-size 64").settings().method());
    assertEquals(
        new SparseGptPruning(0, 128),
        request("--method sparsegpt --damping 0").settings().method());
    assertEquals(
        new SparseGptPruning(0.01, 1024),
        request("--method sparsegpt --block-size 1024").settings().method());
  }

  @Test
  void ownModelsAreMeasuredAndComparedOnlyWhenAsked() {
    String own = "--model m --calibration c.txt ";
    assertEquals(List.of(), request(own).evaluation());
    assertTrue(request(own + "--evaluate t.txt --compare-uniform").compareUniform());
    assertFalse(
        request(own + "--evaluate t.txt --compare-uniform --allocation uniform").compareUniform());
    BadInputException refusal =
        assertThrows(BadInputException.class, () -> request(own + "--compare-uniform"));
    assertTrue(refusal.getMessage().contains("a text to compare on"), refusal.getMessage());
    assertEquals(List.of(Setting.EVALUATION), refusal.settings());
  }

  @ParameterizedTest
  @CsvSource({
    "--sparsity 0.5, pruned/sotu-llama-5m-wanda-auto-0.5",
    "--pattern N:8 --sparsity 0.6, pruned/sotu-llama-5m-wanda-auto-Nof8-0.6",
    "--pattern 2:4, pruned/sotu-llama-5m-wanda-uniform-2of4",
    "--method magnitude --allocation owl, pruned/sotu-llama-5m-magnitude-owl-0.7"
  })
  void namesTheOutputAfterTheSettings(String line, Path output) {
    assertEquals(output, request(line).output());
  }

  @Test
  void patternsBringTheirSparsity() {
    assertEquals(0.5, request("--pattern 2:4").settings().sparsity());
    assertEquals(0.5, request("--pattern 4:8 --sparsity 0.5").settings().sparsity());
    assertEquals(0.75, request("--pattern 1:4").settings().sparsity());
    assertEquals(
        new AllocationChoice.Named(new UniformAllocation()), request("--pattern 2:4").allocation());
  }

  @Test
  void publishedNames() {
    PruneRequest request =
        request(
            "--prune_method wanda --sparsity_ratio 0.6 --sparsity_type unstructured --nsamples 9"
                + " --seqlen 65 --seed 3 --save_model out --dataset d.txt");
    assertEquals(new WandaPruning(), request.settings().method());
    assertEquals(new AllocationChoice.Named(new UniformAllocation()), request.allocation());
    assertEquals(0.6, request.settings().sparsity());
    assertEquals(SparsityPattern.UNSTRUCTURED, request.settings().pattern());
    assertEquals(9, request.calibration().samples());
    assertEquals(OptionalInt.of(65), request.calibration().seqLen());
    assertEquals(3, request.calibration().seed());
    assertEquals(Path.of("out"), request.output());
    assertEquals("d.txt", request.calibration().text().toString());
  }

  @Test
  void publishedNamesWithEquals() {
    PruneRequest request =
        request(
            "--prune_method=sparsegpt_owl --sparsity_ratio=0.6 --nsamples=9 --seqlen=65"
                + " --save_model=a=b --Lamda=0.1 --Hyper_m=3");
    assertEquals(new SparseGptPruning(), request.settings().method());
    assertEquals(new AllocationChoice.Named(new OwlAllocation(0.1, 3)), request.allocation());
    assertEquals(0.6, request.settings().sparsity());
    assertEquals(9, request.calibration().samples());
    assertEquals(OptionalInt.of(65), request.calibration().seqLen());
    assertEquals(Path.of("a=b"), request.output());
  }

  @Test
  void publishedMethodsNameTheirAllocation() {
    assertEquals(new AllocationChoice.Named(DLP), request("--prune_method wanda_dlp").allocation());
    assertEquals(
        new AllocationChoice.Named(new DlpAllocation(0.1, Measurement.Score.MEDIAN)),
        request("--prune_method magnitude_dlp --alpha 0.1").allocation());
    assertEquals(
        new MagnitudePruning(), request("--prune_method magnitude_dlp").settings().method());
    assertEquals(
        new AllocationChoice.Named(new OwlAllocation(0.08, 5)),
        request("--prune_method wanda_owl").allocation());
    assertEquals(
        new AllocationChoice.Named(new AtpAllocation(0.01)),
        request("--prune_method sparsegpt_atp --beta 0.01").allocation());
  }

  @Test
  void publishedNamesOfAlphaPruning() {
    assertEquals(
        new AllocationChoice.Named(
            new AlphaPruningAllocation(0.3, HillEstimator.PEAK, Granularity.BLOCK)),
        request("--prune_method wanda_ww").allocation());
    assertEquals(
        new AllocationChoice.Named(
            new AlphaPruningAllocation(0.2, HillEstimator.MID, Granularity.LINEAR)),
        request(
                "--prune_method sparsegpt_ww --ww_metric alpha_mid --epsilon 0.2"
                    + " --mapping_type layer_wise --ww_metric_cache data")
            .allocation());
    assertEquals(
        request("--prune_method magnitude_ww").allocation(),
        request("--prune_method=magnitude_ww --ww_metric=alpha_peak --mapping_type=block_wise")
            .allocation());
    assertTrue(notes("--ww_metric_cache data").get(0).contains("ignored"));
    Exception refusal =
        assertThrows(
            BadInputException.class, () -> request("--prune_method wanda_ww --ww_metric entropy"));
    assertTrue(refusal.getMessage().contains("alpha_peak and alpha_mid"), refusal.getMessage());
  }

  @Test
  void ourAllocationGoesWithAPublishedMethod() {
    assertEquals(
        new AllocationChoice.Named(DLP),
        request("--prune_method wanda --allocation dlp").allocation());
    assertThrows(
        BadInputException.class, () -> request("--prune_method wanda_owl --allocation dlp"));
  }

  @Test
  void publishedParametersGoWithOurAllocation() {
    assertEquals(
        new AllocationChoice.Named(new OwlAllocation(0.1, 3)),
        request("--prune_method wanda --allocation owl --Lamda 0.1 --Hyper_m 3").allocation());
  }

  @Test
  void parametersThatTheirOwnersDoNotHaveAreIgnored() {
    String line = "--prune_method wanda_dlp --Lamda 0.1 --percdamp 0.1 --ww_metric alpha_mid";
    assertEquals(new AllocationChoice.Named(DLP), request(line).allocation());
    assertEquals(new WandaPruning(), request(line).settings().method());
    assertEquals(
        List.of(
            "--percdamp is ignored: it belongs to sparsegpt or admm, and the method is wanda.",
            "--ww_metric is ignored: it belongs to alphapruning, and the allocation is dlp.",
            "--Lamda is ignored: it belongs to owl, and the allocation is dlp."),
        notes(line));
  }

  @Test
  void saysWhereResultsGo() {
    String note = notes("--prune_method wanda --save out/log").get(0);
    assertTrue(note.contains("--save is ignored") && note.contains("out/log"), note);
    assertTrue(note.contains("--output"), note);
    String sparseGpt = "llama.py m --sparsity 0.5 --save out --calibration c";
    assertEquals(List.of(), notes(sparseGpt));
    assertEquals(Path.of("out"), request(sparseGpt).output());
  }

  @ParameterizedTest
  @CsvSource({
    "--use_variant",
    "--use_variant --prune_method wanda",
    "--prune_method wanda_dlp --use_variant",
    "--use_variant --method wanda",
    "--method=wanda --use_variant"
  })
  void variant(String line) {
    assertEquals(new WandaVariantPruning(), request(line).settings().method());
  }

  @Test
  void variantMeansNothingToOtherMethods() {
    assertEquals(
        new MagnitudePruning(), request("--use_variant --method magnitude").settings().method());
    assertEquals(
        new MagnitudePruning(), request("--use_variant --method=magnitude").settings().method());
    assertEquals(
        new SparseGptPruning(),
        request("--prune_method sparsegpt --use_variant").settings().method());
  }

  @Test
  void publishedPatternsCountTheRemoved() {
    assertEquals(new NofM(5, 8), request("--sparsity_type 3:8").settings().pattern());
    assertEquals(
        new NofM(2, 4), request("--sparsity_type=2:4 --sparsity_ratio 0.5").settings().pattern());
    assertEquals(new NofM(3, 8), request("--pattern 3:8").settings().pattern());
  }

  @Test
  void saysWhereAPublishedOptionMeansSomethingElse() {
    List<String> notes = notes("--sparsity_type 3:8");
    assertEquals(1, notes.size());
    assertTrue(notes.get(0).contains("3:8") && notes.get(0).contains("5:8"), notes.get(0));
    assertTrue(notes.get(0).contains("5 of every 8 kept"), notes.get(0));
    assertEquals(List.of(), notes("--sparsity_type 2:4"));
    assertTrue(notes("--cache_dir weights").get(0).contains("ignored"));
  }

  @Test
  void otherOptionsStayAsTheyAre() {
    List<String> args = List.of("--samples=3", "--json", "x_y", "--no_such", "-h");
    assertEquals(args, PublishedAliases.translate(args, new PruneCommand()).args());
  }
}
