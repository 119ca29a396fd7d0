package dev.espalier.model.description;

import java.util.List;
import java.util.stream.Stream;

/**
 * A gated feed-forward part: down(activation(gate(x)) · up(x)).
 *
 * @param down [hidden, intermediate]
 */
public record GatedMlpDescription(
    Activation activation, GateUpDescription gateUp, LinearDescription down)
    implements OperationDescription {

  @Override
  public List<LinearDescription> linears() {
    return Stream.concat(gateUp.linears().stream(), Stream.of(down)).toList();
  }

  /** What gate and up give, and one more. */
  @Override
  public long activations() {
    return 3L * down.inFeatures();
  }

  /** What gate and up give. */
  @Override
  public long standing() {
    return 2L * down.inFeatures();
  }
}
