package dev.espalier.pruning;

import dev.espalier.allocation.NumberParameter;
import dev.espalier.allocation.ParameterValues;
import dev.espalier.statistics.InputHessian;
import dev.espalier.statistics.ScaledHessian;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * L-ADMM (Boža, TMLR 2024): ADMM with one factorisation and a mask that grows to the full sparsity
 * over three quarters of the iterations, then stays while the weights settle.
 *
 * @param iterations 20 in the paper
 * @param refits whether the surviving weights are fitted to the dense outputs afterwards, with less
 *     damping than the iterations take
 */
public record FastAdmmPruning(int iterations, boolean refits) implements ScaledPruning {
  /** How many iterations. */
  public static final NumberParameter ITERATIONS =
      new NumberParameter(
          "admm-fast-iterations",
          "the number of ADMM iterations",
          Optional.empty(),
          "N",
          "iterations",
          20.0,
          Optional.empty(),
          AdmmPruning.ITERATIONS.range());

  /** As the catalogue has it. */
  public static final MethodKind KIND =
      new MethodKind(
          "admm-fast",
          Optional.empty(),
          "of the whole matrix, by a few ADMM iterations in which the mask grows",
          "Boža, Fast and Effective Weight Update for Pruned Large Language Models, 2024",
          List.of(ITERATIONS),
          FastAdmmPruning::of);

  private static final String TITLE = "ADMM";
  private static final double DAMPING = 0.1;
  private static final double RHO = 1;
  private static final double GROWING = 0.75;

  public FastAdmmPruning {
    ITERATIONS.range().require(ITERATIONS.symbol(), TITLE, iterations);
  }

  /** As published: 20 iterations. */
  public FastAdmmPruning() {
    this(ITERATIONS.typical().intValue(), false);
  }

  private static FastAdmmPruning of(ParameterValues values) {
    return new FastAdmmPruning(ITERATIONS.whole(TITLE, values.of(ITERATIONS)), false);
  }

  @Override
  public String name() {
    return refits ? KIND.name() + RefittedPruning.SUFFIX : KIND.name();
  }

  @Override
  public Map<String, Object> parameters() {
    return Map.of("admm_iterations", iterations);
  }

  @Override
  public PruningMethod refitted() {
    return new FastAdmmPruning(iterations, true);
  }

  @Override
  public ScaledHessian scaled(InputHessian hessian) {
    return hessian.scaled(0, DAMPING);
  }

  @Override
  public Tensor find(ScaledLinear linear, Projection projection) {
    Tensor found = iterate(linear, projection);
    if (refits) {
      linear.refit(found, RefittedPruning.DAMPING - DAMPING, Refit.TOLERANCE);
    }
    return found;
  }

  /** Of W + U the mask keeps Z; U is what it does not. */
  private Tensor iterate(ScaledLinear linear, Projection projection) {
    Tensor inverse = linear.hessian().inverse(RHO);
    int growing = Math.max(1, (int) Math.rint(GROWING * iterations));
    Tensor w = linear.dense().clone();
    Tensor u = torch.zeros_like(w);
    Tensor z = torch.empty_like(w);
    Tensor zeros = null;
    for (int t = 1; t <= iterations; t++) {
      try (PointerScope inner = new PointerScope()) {
        u.add_(w);
        z.copy_(u);
        if (t <= growing) {
          projection.apply(z, 1 - Math.pow(1 - (double) t / growing, 3));
        } else {
          z.masked_fill_(zeros, new Scalar(0.0));
        }
        u.sub_(z);
        torch.matmul_out(w, z.sub(u).mul_(new Scalar(RHO)).add_(linear.goal()), inverse);
      }
      if (t == growing) {
        zeros = z.eq(new Scalar(0.0));
      }
    }
    return u.add_(w).masked_fill_(zeros, new Scalar(0.0));
  }
}
