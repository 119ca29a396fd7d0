package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.ExpertsDescription;
import java.util.List;
import java.util.function.BiConsumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Runs {@link ExpertsDescription}, expert by expert, each on the tokens that are led to it. */
final class Experts implements Operation {
  private final int chosen;
  private final boolean normalised;
  private final Tensor router;
  private final List<GatedMlp> experts;

  /**
   * Where the tokens go.
   *
   * @param expert [tokens, chosen], numbers of experts, none twice for a token
   * @param share [tokens, chosen] in the dtype of the tokens
   */
  private record Routes(Tensor expert, Tensor share) {}

  Experts(ExpertsDescription description, BlockWeights weights) {
    this.chosen = description.chosen();
    this.normalised = description.normalised();
    this.router = weights.tensor(description.router());
    this.experts =
        description.experts().stream().map(expert -> new GatedMlp(expert, weights)).toList();
  }

  @Override
  public Tensor forward(Tensor x, InputObserver observer) {
    return NativeMemory.compute(
        () -> {
          Tensor tokens = x.view(-1, x.size(-1));
          Tensor sum = torch.zeros_like(tokens);
          Routes routes = route(tokens);
          visit(
              routes,
              (expert, places) -> {
                Tensor token = places.select(1, 0);
                Tensor given = expert.forward(tokens.index_select(0, token), observer);
                Tensor shares = routes.share.view(-1).index_select(0, slots(places));
                sum.index_add_(0, token, given.mul_(shares.unsqueeze(1)));
              });
          return sum.view(x.sizes());
        });
  }

  @Override
  public void observe(Tensor x, InputObserver observer) {
    NativeMemory.run(
        () -> {
          Tensor tokens = x.view(-1, x.size(-1));
          visit(
              route(tokens),
              (expert, places) ->
                  expert.observe(tokens.index_select(0, places.select(1, 0)), observer));
        });
  }

  private Routes route(Tensor tokens) {
    Tensor shares = torch.linear(tokens, router).to(ScalarType.Float).softmax(-1);
    T_TensorTensor_T best = torch.topk(shares, chosen);
    Tensor share = best.get0();
    if (normalised) {
      share = share.div(share.sum(new long[] {-1}).unsqueeze(-1));
    }
    return new Routes(best.get1(), share.to(tokens.scalar_type()));
  }

  /**
   * Shows each expert that reads any tokens its places, [places, 2]: the token and the column of
   * the routes.
   */
  private void visit(Routes routes, BiConsumer<GatedMlp, Tensor> visitor) {
    for (int i = 0; i < experts.size(); i++) {
      Scalar number = new Scalar((long) i);
      GatedMlp expert = experts.get(i);
      NativeMemory.run(
          () -> {
            Tensor places = routes.expert.eq(number).nonzero();
            if (places.size(0) > 0) {
              visitor.accept(expert, places);
            }
          });
    }
  }

  /** The places, counted through all rows. */
  private Tensor slots(Tensor places) {
    return places.select(1, 0).mul(new Scalar((long) chosen)).add(places.select(1, 1));
  }
}
