package dev.espalier.pruning;

import dev.espalier.model.description.LinearDescription;
import dev.espalier.statistics.InputHessian;
import dev.espalier.statistics.InputStatistics;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A method whose surviving weights are fitted to the linear's dense outputs afterwards, by
 * conjugate gradients on its Hessian (as in ALPS, Meng et al., NeurIPS 2024). The zeros stay the
 * method's.
 *
 * @param method what chooses the zeros
 */
public record RefittedPruning(PruningMethod method) implements PruningMethod {
  /** Relative to the mean of the Hessian's diagonal. */
  static final double DAMPING = 1e-4;

  /** What a refitted method's name ends with. */
  static final String SUFFIX = "+refit";

  @Override
  public String name() {
    return method.name() + SUFFIX;
  }

  @Override
  public Map<String, Object> parameters() {
    Map<String, Object> parameters = new HashMap<>(method.parameters());
    parameters.put("refit_damping", DAMPING);
    return parameters;
  }

  @Override
  public InputStatistics.Kind statistics() {
    return InputStatistics.Kind.HESSIAN_KEPT;
  }

  @Override
  public boolean updatesWeights() {
    return true;
  }

  @Override
  public PruningMethod refitted() {
    return this;
  }

  @Override
  public boolean supportsNofM() {
    return method.supportsNofM();
  }

  @Override
  public OptionalDouble askedDamping() {
    return method.askedDamping();
  }

  /** Dense, goal, residual, direction, its product and two of their size. */
  @Override
  public long bytes(LinearDescription linear) {
    return Math.max(method.bytes(linear), 8 * Float.BYTES * linear.parameters());
  }

  @Override
  public LinearError prune(
      Tensor weight, Optional<InputStatistics> statistics, PruningTarget target) {
    if (target.isNothing()) {
      return LinearError.none(LinearError.Measure.OUTPUT);
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor dense = weight.to(ScalarType.Float, false, true, null);
      LinearError error = method.prune(weight, statistics, target);
      InputHessian hessian = (InputHessian) statistics.orElseThrow();
      hessian.requireFinite();
      double added = DAMPING * hessian.meanDiagonal();
      Refit refit = new Refit(hessian.matrix(), added);
      Tensor goal = refit.times(dense);
      Tensor w = weight.to(ScalarType.Float, false, true, null);
      double loss =
          refit.improve(w, dense, goal, Refit.TOLERANCE) - added * ErrorNorms.squared(dense.sub(w));
      double output = ErrorNorms.product(dense, goal) - added * ErrorNorms.squared(dense);
      weight.copy_(w);
      return LinearError.ofOutput(loss, output, error.damping());
    }
  }
}
