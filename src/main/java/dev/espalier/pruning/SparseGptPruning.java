package dev.espalier.pruning;

import dev.espalier.kernels.Kernels;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.statistics.InputHessian;
import dev.espalier.statistics.InputHessian.InverseFactor;
import dev.espalier.statistics.InputStatistics;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * SparseGPT (Frantar &amp; Alistarh, 2023): removes weights column by column and lets the columns
 * to the right make up for the error.
 *
 * @param damping relative to the mean of the Hessian's diagonal; 0.01 in the paper
 * @param blockCols columns whose mask is chosen together; 128 in the paper
 */
public record SparseGptPruning(double damping, int blockCols) implements PruningMethod {
  /** As the catalogue has it. */
  public static final MethodKind KIND =
      new MethodKind(
              "sparsegpt",
              "column by column by W²/U², and lets the columns to the right make up for it",
              "Frantar & Alistarh, SparseGPT: Massive Language Models Can be Accurately Pruned in One-Shot, 2023",
              SparseGptPruning::new)
          .publishedAs("sparsegpt");

  /** As published: damping 0.01, blocks of 128 columns. */
  public SparseGptPruning() {
    this(0.01, 128);
  }

  @Override
  public String name() {
    return KIND.name();
  }

  @Override
  public InputStatistics.Kind statistics() {
    return InputStatistics.Kind.HESSIAN;
  }

  @Override
  public boolean updatesWeights() {
    return true;
  }

  /** The Hessian's factorisation works in f64 on two matrices of its size. */
  @Override
  public long bytes(LinearDescription linear) {
    long hessian = (long) linear.inFeatures() * linear.inFeatures();
    return 2 * Double.BYTES * hessian + PruningMethod.super.bytes(linear);
  }

  @Override
  public LinearError prune(
      Tensor weight, Optional<InputStatistics> statistics, PruningTarget target) {
    if (target.isNothing()) {
      return LinearError.none(LinearError.Measure.OUTPUT);
    }
    try (PointerScope scope = new PointerScope()) {
      InverseFactor factor = ((InputHessian) statistics.orElseThrow()).factor(damping);
      Tensor w = weight.to(ScalarType.Float, false, true, null);
      Tensor dead = factor.dead().to(ScalarType.Bool);
      w.masked_fill_(dead, new Scalar(0.0));
      double output = dampedOutput(w, factor.u()) - factor.added() * ErrorNorms.squared(w);
      Tensor loss =
          torch.empty(
              new long[] {w.size(0), 1},
              w.options().dtype(new ScalarTypeOptional(ScalarType.Double)),
              null);
      sweep(w, factor.u(), target, loss);
      // The sweep's loss is of the damped Hessian; the layer's outputs know no damping.
      Tensor removed = weight.sub(w).masked_fill_(dead, new Scalar(0.0));
      weight.copy_(w);
      double lost = 2 * loss.sum().item_double() - factor.added() * ErrorNorms.squared(removed);
      double error = output > 0 ? Math.sqrt(Math.max(0, lost) / output) : 0;
      return new LinearError(LinearError.Measure.OUTPUT, error, factor.damping());
    }
  }

  private void sweep(Tensor w, Tensor u, PruningTarget target, Tensor loss) {
    Optional<NofM> groups =
        target.pattern() instanceof NofM pattern ? Optional.of(pattern) : Optional.empty();
    // A group must not straddle two blocks.
    int group = target.pattern().group();
    int whole = groups.isPresent() ? Math.max(1, blockCols / group) * group : blockCols;
    if (target.keepZeros()) {
      KeptZerosSweep kept = new KeptZerosSweep(w, u, w.eq(new Scalar(0.0)), loss, whole);
      groups.ifPresentOrElse(kept::nOfM, () -> kept.unstructured(target));
    } else {
      groups.ifPresentOrElse(
          pattern -> Kernels.sparseGptSweepNofM(w, u, pattern.keep(), group, whole, loss),
          () -> Kernels.sparseGptSweep(w, u, target.sparsity(), target.rounding(), whole, loss));
    }
  }

  /**
   * tr(W (H + added·I) Wᵀ) = ‖W U⁻¹‖²: the squared norm of the layer's output, and what the damping
   * adds.
   */
  private static double dampedOutput(Tensor w, Tensor u) {
    try (PointerScope scope = new PointerScope()) {
      return ErrorNorms.squared(
          torch.linalg_solve_triangular(u, w, true, false, false).contiguous());
    }
  }
}
