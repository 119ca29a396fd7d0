package dev.espalier.pruning;

import dev.espalier.allocation.NumberParameter;
import dev.espalier.allocation.ParameterValues;
import dev.espalier.allocation.Range;
import dev.espalier.kernels.Kernels;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.statistics.InputHessian;
import dev.espalier.statistics.InputHessian.InverseFactor;
import dev.espalier.statistics.InputStatistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
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
 * @param damping relative to the mean of the Hessian's diagonal, at least 0; 0.01 in the paper
 * @param blockCols columns whose mask is chosen together, from 1 to 1024; 128 in the paper
 */
public record SparseGptPruning(double damping, int blockCols) implements PruningMethod {
  /** What is added to a Hessian's diagonal so that it can be factored. */
  public static final NumberParameter DAMPING =
      new NumberParameter(
          "damping",
          "the damping",
          Optional.of("percdamp"),
          "D",
          "added to a Hessian's diagonal, as a share of its mean",
          0.01,
          Optional.empty(),
          new Range(0, Double.MAX_VALUE, "a finite number of at least 0"));

  /** How many columns' masks are chosen together. */
  public static final NumberParameter BLOCK_SIZE =
      new NumberParameter(
          "block-size",
          "the block size",
          Optional.of("blocksize"),
          "N",
          "columns whose mask is chosen together, 1 to 1024",
          128.0,
          Optional.empty(),
          new Range(1, 1024, "a whole number from 1 to 1024"));

  /** As the catalogue has it. */
  public static final MethodKind KIND =
      new MethodKind(
          "sparsegpt",
          Optional.of("sparsegpt"),
          "column by column by W²/U², and lets the columns to the right make up for it",
          "Frantar & Alistarh, SparseGPT: Massive Language Models Can be Accurately Pruned in One-Shot, 2023",
          List.of(DAMPING, BLOCK_SIZE),
          SparseGptPruning::of);

  private static final String TITLE = "SparseGPT";

  public SparseGptPruning {
    DAMPING.range().require(DAMPING.symbol(), TITLE, damping);
    BLOCK_SIZE.range().require(BLOCK_SIZE.symbol(), TITLE, blockCols);
  }

  /** As published: damping 0.01, blocks of 128 columns. */
  public SparseGptPruning() {
    this(DAMPING.typical(), BLOCK_SIZE.typical().intValue());
  }

  private static SparseGptPruning of(ParameterValues values) {
    return new SparseGptPruning(values.of(DAMPING), BLOCK_SIZE.whole(TITLE, values.of(BLOCK_SIZE)));
  }

  @Override
  public String name() {
    return KIND.name();
  }

  @Override
  public Map<String, Object> parameters() {
    return Map.of("damping", damping, "block_size", blockCols);
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
  public OptionalDouble askedDamping() {
    return OptionalDouble.of(damping);
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
      return LinearError.ofOutput(lost, output, factor.damping());
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
