package dev.espalier.model.description;

import java.util.List;

/**
 * A feed-forward part without a gate: down(activation(up(x))).
 *
 * @param up [intermediate, hidden]
 * @param down [hidden, intermediate]
 */
public record PlainMlpDescription(
    Activation activation, LinearDescription up, LinearDescription down)
    implements OperationDescription {

  @Override
  public List<LinearDescription> linears() {
    return List.of(up, down);
  }

  /** What up gives, and one more. */
  @Override
  public long activations() {
    return 2L * down.inFeatures();
  }
}
