package dev.espalier.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.allocation.FileAllocation;
import dev.espalier.kernels.Rounding;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.pruning.BlockResult;
import dev.espalier.pruning.LinearError;
import dev.espalier.pruning.LinearResult;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.pruning.SparseGptPruning;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.pruning.WandaPruning;
import dev.espalier.testing.Linears;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WarningsTest {
  private static PruningSettings settings(PruningMethod method, Rounding rounding) {
    return new PruningSettings(method, SparsityPattern.UNSTRUCTURED, 0.7, rounding);
  }

  /** A block of linears of 1000 weights, with the zeros and damping of each. */
  private static BlockResult block(long[] zeros, double... damping) {
    List<LinearResult> linears =
        IntStream.range(0, zeros.length)
            .mapToObj(
                i ->
                    new LinearResult(
                        "linear " + i,
                        10,
                        100,
                        0.7,
                        LinearResult.Before.DENSE,
                        zeros[i],
                        0,
                        new LinearError(LinearError.Measure.OUTPUT, 0.1, damping[i]),
                        1))
            .toList();
    return new BlockResult(0, linears);
  }

  private static Optional<String> raised(PruningMethod method, double... damping) {
    long[] zeros = new long[damping.length];
    Arrays.fill(zeros, 700);
    return Warnings.raisedDamping(settings(method, Rounding.EXACT), List.of(block(zeros, damping)));
  }

  @Test
  void raisedDampingIsTold() {
    SparseGptPruning method = new SparseGptPruning();
    assertEquals(Optional.empty(), raised(method, 0.01, 0.01));
    assertEquals(Optional.empty(), raised(new WandaPruning(), 0, 0));
    assertEquals(
        Optional.of(
            "Damping 0.01 was too little for the Hessians of linear 1, linear 2: up to 1.0"
                + " was taken there."),
        raised(method, 0.01, 0.1, 1.0));
    assertEquals(
        Optional.of(
            "Damping 0.01 was too little for the Hessians of linear 0, linear 1, linear 2"
                + " and 1 more: up to 0.1 was taken there."),
        raised(method, 0.1, 0.1, 0.1, 0.1));
  }

  @Test
  void whereMagnitudeDecidedIsTold() {
    PruningSettings wanda = settings(new WandaPruning(), Rounding.EXACT);
    LinearResult plain = block(new long[] {700}, 0).linears().get(0);
    LinearResult expert =
        new LinearResult(
            "experts.3.w1",
            10,
            100,
            0.7,
            new LinearResult.Before(0, 0, 12, true),
            700,
            0,
            new LinearError(LinearError.Measure.WEIGHTS, 0.1, 0),
            1);
    assertEquals(
        Optional.empty(), Warnings.fewTokens(wanda, List.of(new BlockResult(0, List.of(plain)))));
    assertEquals(
        Optional.of(
            "Routers led fewer than 64 calibration tokens to experts.3.w1 (12), too few for wanda:"
                + " magnitude decided there; with more windows there are more tokens."),
        Warnings.fewTokens(wanda, List.of(new BlockResult(0, List.of(plain, expert)))));
  }

  /** Of a small linear and one three times as large. */
  private static Optional<String> otherTotal(
      double sparsity, SparsityPattern pattern, double small, double large) {
    MeasuredModel model =
        new MeasuredModel(
            List.of(List.of(Linears.of("a", 8, 8)), List.of(Linears.of("b", 24, 8))), Map.of());
    return Warnings.otherTotal(
        new FileAllocation(Path.of("r.json"), List.of(1 - small, 1 - large), Map.of()),
        new PruningSettings(new WandaPruning(), pattern, sparsity, Rounding.EXACT),
        model);
  }

  @Test
  void aFileForAnotherSparsityIsTold() {
    SparsityPattern any = SparsityPattern.UNSTRUCTURED;
    assertEquals(
        Optional.of(
            "The sparsities in r.json make 50.00 % of the model, but 70.00 % is asked for:"
                + " a sparsity of 0.5000 takes them as they are."),
        otherTotal(0.7, any, 0.2, 0.6));
    assertEquals(Optional.empty(), otherTotal(0.5, any, 0.2, 0.6));
    assertEquals(Optional.empty(), otherTotal(0.504, any, 0.2, 0.6), "rounded densities");
    assertTrue(otherTotal(0.4, any, 0.2, 0.6).isPresent(), "the mean without weights");
    SparsityPattern mixed = new SparsityPattern.Mixed(8);
    assertEquals(Optional.empty(), otherTotal(0.59, mixed, 0.25, 0.625), "a step is 0.094");
    assertTrue(otherTotal(0.63, mixed, 0.25, 0.625).isPresent());
  }

  @Test
  void clampingNamesAFew() {
    List<String> blocks = IntStream.range(1, 61).mapToObj(i -> "block " + i).toList();
    assertEquals(
        "The erk allocation asks to prune more than 99 % or less than nothing of block 1, block 2,"
            + " block 3 and 57 more; it is held to these limits, and the rest makes up for it.",
        Warnings.clamped("erk", blocks, Rounding.EXACT).orElseThrow());
    String one = Warnings.clamped("dlp", blocks.subList(0, 1), Rounding.EXACT).orElseThrow();
    assertTrue(one.contains("less than nothing of block 1; it is held"), one);
    String published =
        Warnings.clamped("owl", blocks.subList(0, 1), Rounding.PUBLISHED).orElseThrow();
    assertTrue(published.contains("1 % is pruned there, and the rest does not"), published);
  }
}
