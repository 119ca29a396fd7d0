package dev.espalier.pruning;

import dev.espalier.allocation.NumberParameter;
import dev.espalier.allocation.ParameterValues;
import dev.espalier.allocation.Range;
import dev.espalier.statistics.InputHessian;
import dev.espalier.statistics.ScaledHessian;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Tensor;

/**
 * ALPS (Meng et al., NeurIPS 2024): finds the zeros and the weights together, by ADMM on the scaled
 * Hessian with a penalty that grows as the zeros settle, then refits the weights that are left.
 *
 * @param damping relative to the mean of the Hessian's diagonal, at least 0; 0.01 in the paper
 * @param iterations at most; 300 in the paper, which are seldom needed
 */
public record AdmmPruning(double damping, int iterations) implements ScaledPruning {
  /** How many iterations at most. */
  public static final NumberParameter ITERATIONS =
      new NumberParameter(
          "admm-iterations",
          "the number of ADMM iterations",
          Optional.empty(),
          "N",
          "iterations, at most",
          300.0,
          Optional.empty(),
          new Range(1, 10_000, "a whole number from 1 to 10000"));

  /** As the catalogue has it. */
  public static final MethodKind KIND =
      new MethodKind(
          "admm",
          Optional.empty(),
          "the same, until zeros and weights fit each other",
          "Meng et al., ALPS: Improved Optimization for Highly Sparse One-Shot Pruning for Large Language Models, 2024",
          List.of(SparseGptPruning.DAMPING, ITERATIONS),
          AdmmPruning::of);

  private static final String TITLE = "ADMM";

  public AdmmPruning {
    SparseGptPruning.DAMPING.range().require(SparseGptPruning.DAMPING.symbol(), TITLE, damping);
    ITERATIONS.range().require(ITERATIONS.symbol(), TITLE, iterations);
  }

  /** As published: damping 0.01, up to 300 iterations. */
  public AdmmPruning() {
    this(SparseGptPruning.DAMPING.typical(), ITERATIONS.typical().intValue());
  }

  private static AdmmPruning of(ParameterValues values) {
    return new AdmmPruning(
        values.of(SparseGptPruning.DAMPING), ITERATIONS.whole(TITLE, values.of(ITERATIONS)));
  }

  @Override
  public String name() {
    return KIND.name();
  }

  @Override
  public Map<String, Object> parameters() {
    return Map.of("damping", damping, "admm_iterations", iterations);
  }

  /** It refits anyway. */
  @Override
  public PruningMethod refitted() {
    return this;
  }

  @Override
  public OptionalDouble askedDamping() {
    return OptionalDouble.of(damping);
  }

  @Override
  public ScaledHessian scaled(InputHessian hessian) {
    return hessian.scaled(damping, 0);
  }

  @Override
  public Tensor find(ScaledLinear linear, Projection projection) {
    Tensor found = new AdmmIterations(linear, projection).run(iterations);
    linear.refit(found, 0, 0);
    return found;
  }
}
