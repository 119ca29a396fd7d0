package dev.espalier.model.description;

import java.util.List;

/**
 * A gated feed-forward part: down(activation(gate(x)) · up(x)).
 *
 * @param gate [intermediate, hidden]
 * @param up [intermediate, hidden]
 * @param down [hidden, intermediate]
 */
public record GatedMlpDescription(
    Activation activation, LinearDescription gate, LinearDescription up, LinearDescription down)
    implements OperationDescription {

  @Override
  public List<LinearDescription> linears() {
    return List.of(gate, up, down);
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
