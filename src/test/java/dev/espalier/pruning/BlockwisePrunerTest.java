package dev.espalier.pruning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.NumericalException;
import dev.espalier.Progress;
import dev.espalier.Setting;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.device.ComputeDevice;
import dev.espalier.device.Placement;
import dev.espalier.forward.HiddenStates;
import dev.espalier.forward.MemoryBeside;
import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Rounding;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.statistics.FirstBlockOnce;
import dev.espalier.statistics.InputHessian;
import dev.espalier.statistics.InputStatistics;
import dev.espalier.testing.RecordingProgress;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import dev.espalier.testing.TinyModel;
import dev.espalier.text.TokenWindows;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(Scoped.class)
class BlockwisePrunerTest {
  private static final SparsityPlan PLAN = SparsityPlan.ofBlocks(0.4, 0.6, 0.7);
  private static final TokenWindows WINDOWS = TinyModel.windows(4, 40);

  private final TinyModel source = TinyModel.small();

  @AfterEach
  void close() {
    source.close();
  }

  static List<PruningMethod> methods() {
    return PruningMethodsTest.methods();
  }

  private static void prune(
      DecoderModel model, PruningMethod method, Rounding rounding, PrunedBlocks output) {
    prune(model, method, SparsityPattern.UNSTRUCTURED, rounding, output);
  }

  private static void prune(
      DecoderModel model,
      PruningMethod method,
      SparsityPattern pattern,
      Rounding rounding,
      PrunedBlocks output) {
    prune(model, method, pattern, rounding, output, Progress.NONE);
  }

  private static void prune(
      DecoderModel model,
      PruningMethod method,
      SparsityPattern pattern,
      Rounding rounding,
      PrunedBlocks output,
      Progress progress) {
    try (HiddenStates hidden = HiddenStates.embed(model, WINDOWS, MemoryBeside.NONE, progress)) {
      new BlockwisePruner(model, method, pattern, PLAN, rounding).prune(hidden, output);
    }
  }

  private static void assertSameBits(
      DecoderModel model, KeptBlocks expected, KeptBlocks actual, String what) {
    for (int i = 0; i < 3; i++) {
      for (LinearDescription linear : model.description().linears(i)) {
        Tensors.assertSameBits(
            expected.tensor(linear.name()),
            actual.tensor(linear.name()),
            what + " " + linear.name());
      }
    }
  }

  private KeptBlocks pruned(PruningMethod method, Rounding rounding, Placement placement) {
    KeptBlocks output = new KeptBlocks(source);
    try (DecoderModel model = source.open(placement)) {
      prune(model, method, rounding, output);
    }
    return output;
  }

  @ParameterizedTest
  @MethodSource("methods")
  void everyBlockLosesItsShare(PruningMethod method) {
    for (ScalarType dtype :
        new ScalarType[] {ScalarType.Float, ScalarType.BFloat16, ScalarType.Half}) {
      try (KeptBlocks output =
          pruned(method, Rounding.EXACT, new Placement(dtype, ComputeDevice.CPU))) {
        assertEquals(3, output.results.size());
        double tolerance = method instanceof WandaVariantPruning ? 0.01 : 2e-4;
        for (BlockResult block : output.results) {
          assertEquals(7, block.linears().size());
          assertEquals(PLAN.sparsity(block.index(), 0), block.target(), 1e-15);
          assertEquals(block.target(), block.sparsity(), tolerance, "block " + block.index());
          for (LinearResult linear : block.linears()) {
            Tensor weight = output.tensor(linear.name());
            assertEquals(linear.zeros(), Kernels.countZeros(weight), linear.name());
            assertEquals(weight.numel(), linear.weights());
            assertTrue(linear.error().value() > 0 && linear.error().value() < 1);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void whatTheFirstBlockReadsIsGatheredOnce(PruningMethod method) {
    try (KeptBlocks alone = pruned(method, Rounding.EXACT, Placement.cpu());
        DecoderModel model = source.open();
        FirstBlockOnce shared = new FirstBlockOnce()) {
      for (int i = 0; i < 3; i++) {
        RecordingProgress progress = new RecordingProgress();
        try (KeptBlocks again = new KeptBlocks(source);
            HiddenStates hidden = HiddenStates.embed(model, WINDOWS, MemoryBeside.NONE, progress)) {
          BlockwisePruner pruner =
              new BlockwisePruner(
                  model, method, SparsityPattern.UNSTRUCTURED, PLAN, Rounding.EXACT, false, shared);
          long passes = pruner.passes(again);
          boolean observes = method.statistics() != InputStatistics.Kind.NONE;
          assertEquals(observes && i == 0 ? 5 : observes ? 4 : 2, passes);
          assertEquals(0, progress.done());
          pruner.prune(hidden, again);
          assertEquals(passes * WINDOWS.count(), progress.done());
          assertSameBits(model, alone, again, method.name() + " " + i);
        }
      }
    }
  }

  /** In the midst of the block after that many. */
  private static void interrupted(
      DecoderModel model, PruningMethod method, Rounding rounding, KeptBlocks output, int blocks) {
    Progress progress = new RecordingProgress().interruptedWhen(() -> output.finished() == blocks);
    assertThrows(
        RecordingProgress.Interrupted.class,
        () -> prune(model, method, SparsityPattern.UNSTRUCTURED, rounding, output, progress));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void resumingGivesTheSameBits(PruningMethod method) {
    for (Rounding rounding : Rounding.values()) {
      try (KeptBlocks whole = pruned(method, rounding, Placement.cpu());
          KeptBlocks resumed = new KeptBlocks(source);
          DecoderModel model = source.open()) {
        for (int stop = 1; stop <= 2; stop++) {
          interrupted(model, method, rounding, resumed, stop);
          assertEquals(stop, resumed.finished());
        }
        prune(model, method, rounding, resumed);
        assertEquals(3, resumed.finished());
        assertSameBits(model, whole, resumed, method.name() + " " + rounding);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void nothingIsLeftToDoAfterTheLastBlock(PruningMethod method) {
    try (KeptBlocks output = pruned(method, Rounding.EXACT, Placement.cpu());
        DecoderModel model = source.open()) {
      Tensor before = output.tensor("model.layers.2.mlp.down_proj.weight").clone();
      prune(model, method, Rounding.EXACT, output);
      assertEquals(3, output.finished());
      Tensors.assertSameBits(before, output.tensor("model.layers.2.mlp.down_proj.weight"), method);
    }
  }

  @Test
  void patternsHoldInEveryLinear() {
    SparsityPattern pattern = new SparsityPattern.NofM(1, 4);
    for (PruningMethod method : methods()) {
      if (method.supportsNofM()) {
        try (KeptBlocks output = new KeptBlocks(source);
            DecoderModel model = source.open()) {
          prune(model, method, pattern, Rounding.EXACT, output);
          for (BlockResult block : output.results) {
            assertEquals(0.75, block.sparsity(), method.name());
          }
        }
      }
    }
  }

  @Test
  void linearsWithTheSameInputShareOneFactor() {
    Map<Tensor, String> factors = new IdentityHashMap<>();
    List<Tensor> seen = new ArrayList<>();
    PruningMethod counting =
        new Observed(
            statistics -> {
              var factor = ((InputHessian) statistics.orElseThrow()).factor(0.01);
              seen.add(factor.u());
              factors.put(factor.u(), "");
              assertSame(factor, ((InputHessian) statistics.get()).factor(0.01));
            });
    try (KeptBlocks output = new KeptBlocks(source);
        DecoderModel model = source.open()) {
      prune(model, counting, Rounding.EXACT, output);
    }
    assertEquals(3 * 7, seen.size());
    assertEquals(3 * 4, factors.size());
  }

  /** SparseGPT, looking at what it is given first. */
  private record Observed(java.util.function.Consumer<Optional<InputStatistics>> observer)
      implements PruningMethod {
    @Override
    public String name() {
      return "observed";
    }

    @Override
    public InputStatistics.Kind statistics() {
      return InputStatistics.Kind.HESSIAN;
    }

    @Override
    public boolean updatesWeights() {
      return true;
    }

    @Override
    public LinearError prune(
        Tensor weight, Optional<InputStatistics> statistics, PruningTarget target) {
      observer.accept(statistics);
      return new SparseGptPruning().prune(weight, statistics, target);
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void weightsThatAreNotFiniteAreRefusedByName(PruningMethod method) {
    String name = "model.layers.1.mlp.up_proj.weight";
    for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      Tensor weight = source.tensor(name);
      weight.narrow(0, 3, 1).narrow(1, 5, 1).zero_().add_(new Scalar(wrong));
      try (KeptBlocks output = new KeptBlocks(source);
          DecoderModel model = source.open()) {
        var e =
            assertThrows(
                BadInputException.class, () -> prune(model, method, Rounding.EXACT, output));
        assertTrue(e.getMessage().startsWith(name + " has weights that are NaN"), e::getMessage);
        assertTrue(e.getMessage().contains("damaged"), e::getMessage);
        assertEquals(1, output.finished());
      }
    }
  }

  @Test
  void weightsThatAreTooLargeForTheComputeDtypeAreNoDamage() {
    source.tensor("model.layers.0.mlp.up_proj.weight").mul_(new Scalar(1e8));
    try (KeptBlocks output = new KeptBlocks(source);
        DecoderModel model = source.open(new Placement(ScalarType.Half, ComputeDevice.CPU))) {
      var e =
          assertThrows(
              BadInputException.class,
              () -> prune(model, new WandaPruning(), Rounding.EXACT, output));
      assertTrue(e.getMessage().contains("choose a wider compute dtype"), e::getMessage);
      assertEquals(List.of(Setting.COMPUTE_DTYPE), e.settings());
    }
  }

  @Test
  void activationsThatAreNotFiniteAreRefusedWithTheNameOfTheLinear() {
    // Finite as they are stored, and so are the weights; not so what float16 makes of the product.
    source.tensor("model.layers.1.mlp.up_proj.weight").mul_(new Scalar(1e4));
    source.tensor("model.layers.1.mlp.gate_proj.weight").mul_(new Scalar(1e4));
    for (PruningMethod method : methods()) {
      try (KeptBlocks output = new KeptBlocks(source);
          DecoderModel model = source.open(new Placement(ScalarType.Half, ComputeDevice.CPU))) {
        var e =
            assertThrows(
                NumericalException.class, () -> prune(model, method, Rounding.EXACT, output));
        assertTrue(
            e.getMessage()
                .startsWith(
                    method.statistics() == InputStatistics.Kind.NONE
                        ? "the outputs of block 1 are NaN or infinite in float16"
                        : "model.layers.1.mlp.down_proj.weight: the calibration activations that"
                            + " enter it are NaN or infinite in float16"),
            e::getMessage);
        assertEquals(List.of(Setting.COMPUTE_DTYPE), e.settings());
      }
    }
  }

  @Test
  void anEmbeddingThatIsNotFiniteIsNamed() {
    for (PruningMethod method : methods()) {
      try (TinyModel sound = TinyModel.small();
          KeptBlocks output = new KeptBlocks(sound);
          DecoderModel model = sound.open()) {
        sound.tensor("model.embed_tokens.weight").mul_(new Scalar(Double.NaN));
        var e =
            assertThrows(
                BadInputException.class, () -> prune(model, method, Rounding.EXACT, output));
        assertTrue(e.getMessage().startsWith("model.embed_tokens.weight has"), e::getMessage);
      }
    }
  }

  @Test
  void weightsThatOnlyPruningMakesTooLargeAreNoDamage() {
    try (TinyModel half = TinyModel.of(1, 32, 48, ScalarType.Half);
        KeptBlocks output = new KeptBlocks(half);
        DecoderModel model = half.open()) {
      var e =
          assertThrows(
              NumericalException.class,
              () -> prune(model, new Exploding(), Rounding.EXACT, output));
      assertTrue(e.getMessage().contains("beyond the float16 of the checkpoint"), e::getMessage);
      assertEquals(List.of(Setting.SPARSITY, Setting.METHOD, Setting.COMPUTE_DTYPE), e.settings());
    }
  }

  /** Makes up for what it removes beyond all bounds. */
  private record Exploding() implements PruningMethod {
    @Override
    public String name() {
      return "exploding";
    }

    @Override
    public InputStatistics.Kind statistics() {
      return InputStatistics.Kind.NONE;
    }

    @Override
    public boolean updatesWeights() {
      return true;
    }

    @Override
    public LinearError prune(
        Tensor weight, Optional<InputStatistics> statistics, PruningTarget target) {
      weight.mul_(new Scalar(1e9));
      return LinearError.none(LinearError.Measure.WEIGHTS);
    }
  }

  @Test
  void laterBlocksSeeTheWeightsThatAreStored() {
    // What a model of the stored weights computes is what the next block was calibrated on.
    try (KeptBlocks output = pruned(new SparseGptPruning(), Rounding.EXACT, Placement.cpu());
        KeptBlocks again = new KeptBlocks(output.weights());
        DecoderModel model = source.open()) {
      again.results.addAll(output.results.subList(0, 2));
      prune(model, new SparseGptPruning(), Rounding.EXACT, again);
      String last = "model.layers.2.self_attn.q_proj.weight";
      Tensors.assertSameBits(output.tensor(last), again.tensor(last), last);
    }
  }

  @Test
  void theCheckpointStaysAsItIs() {
    try (PointerScope scope = new PointerScope()) {
      String name = "model.layers.0.self_attn.q_proj.weight";
      Tensor before = source.tensor(name).clone();
      pruned(new SparseGptPruning(), Rounding.EXACT, Placement.cpu()).close();
      Tensors.assertSameBits(before, source.tensor(name), name);
    }
  }

  /** Of four experts each token takes two, so of 120 some see fewer than 64. */
  @Test
  void whereFewTokensWentIsInTheResult() {
    try (TinyModel experts = TinyModel.family("mixtral");
        DecoderModel model = experts.open();
        KeptBlocks output = new KeptBlocks(experts);
        HiddenStates hidden =
            HiddenStates.embed(model, TinyModel.windows(3, 40), MemoryBeside.NONE, Progress.NONE)) {
      SparsityPlan plan = SparsityPlan.ofBlocks(0.5, 0.5);
      new BlockwisePruner(
              model, new WandaPruning(), SparsityPattern.UNSTRUCTURED, plan, Rounding.EXACT)
          .prune(hidden, output);
      List<LinearResult> linears =
          output.results.stream().flatMap(block -> block.linears().stream()).toList();
      assertTrue(linears.stream().anyMatch(linear -> linear.before().tooFew()));
      for (LinearResult linear : linears) {
        boolean expert = linear.name().contains("experts");
        long tokens = linear.before().tokens();
        assertTrue(expert ? tokens < 120 : tokens == 120, linear.name());
        assertEquals(tokens < 64, linear.before().tooFew(), linear.name());
        assertEquals(
            tokens < 64 ? LinearError.Measure.WEIGHTS : LinearError.Measure.SCORES,
            linear.error().measure(),
            linear.name());
      }
    }
  }
}
