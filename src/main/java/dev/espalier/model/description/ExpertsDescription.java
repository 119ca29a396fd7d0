package dev.espalier.model.description;

import java.util.List;
import java.util.stream.Stream;

/**
 * Feed-forward parts of which a router chooses some for each token: the sum of what these give,
 * each by its share. The shares are the softmax of the router's scores of all experts.
 *
 * @param router the full name of the router's weight, [experts, hidden], which is never pruned
 * @param chosen how many experts read a token
 * @param normalised whether the shares of the chosen ones are brought to a sum of 1
 * @param experts in the router's order, all of the same shapes
 */
public record ExpertsDescription(
    String router, int chosen, boolean normalised, List<GatedMlpDescription> experts)
    implements OperationDescription {
  public ExpertsDescription {
    experts = List.copyOf(experts);
  }

  @Override
  public List<LinearDescription> linears() {
    return experts.stream().flatMap(expert -> expert.linears().stream()).toList();
  }

  @Override
  public List<TensorShape> tensors() {
    return Stream.concat(
            Stream.of(TensorShape.of(router, experts.size(), hidden())),
            OperationDescription.super.tensors().stream())
        .toList();
  }

  private int hidden() {
    return experts.get(0).down().outFeatures();
  }

  /** The router's scores and shares; what an expert reads, computes and gives, if it reads all. */
  @Override
  public long activations() {
    return 3L * experts.size() + 3L * hidden() + experts.get(0).activations();
  }
}
