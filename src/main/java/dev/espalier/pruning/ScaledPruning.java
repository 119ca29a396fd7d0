package dev.espalier.pruning;

import dev.espalier.model.description.LinearDescription;
import dev.espalier.statistics.InputHessian;
import dev.espalier.statistics.InputStatistics;
import dev.espalier.statistics.ScaledHessian;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** A method that looks for zeros and weights together, with inputs scaled to length one. */
interface ScaledPruning extends PruningMethod {

  /** The Hessian with what is added to it, the same for all linears of an input. */
  ScaledHessian scaled(InputHessian hessian);

  /**
   * What is left of a linear.
   *
   * @return [out, in] f32, scaled, with the zeros of the projection; in the caller's scope
   */
  Tensor find(ScaledLinear linear, Projection projection);

  @Override
  default InputStatistics.Kind statistics() {
    return InputStatistics.Kind.HESSIAN_SCALED;
  }

  @Override
  default boolean updatesWeights() {
    return true;
  }

  @Override
  default long bytes(LinearDescription linear) {
    return ScaledLinear.bytes(linear);
  }

  @Override
  default LinearError prune(
      Tensor weight, Optional<InputStatistics> statistics, PruningTarget target) {
    if (target.isNothing()) {
      return LinearError.none(LinearError.Measure.OUTPUT);
    }
    try (PointerScope scope = new PointerScope()) {
      var linear = new ScaledLinear(weight, scaled((InputHessian) statistics.orElseThrow()));
      Tensor found = find(linear, new Projection(target, linear.dense()));
      return linear.put(found, askedDamping().orElse(0));
    }
  }
}
