package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.ExpertsDescription;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Runs {@link ExpertsDescription}, expert by expert, each on the tokens that are led to it. */
final class Experts implements Operation {
  private final int chosen;
  private final boolean normalised;
  private final Tensor router;
  private final List<GatedMlp> experts;

  /**
   * Where the tokens go, those of the first expert first.
   *
   * @param token [tokens · chosen]; those of an expert in their order
   * @param share likewise, in the dtype of the tokens
   * @param counts how many each expert reads
   */
  private record Routes(Tensor token, Tensor share, long[] counts) {}

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
          visit(
              route(tokens),
              (expert, token, share) -> {
                Tensor given = expert.forward(tokens.index_select(0, token), observer);
                sum.index_add_(0, token, given.mul_(share.unsqueeze(1)));
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
              (expert, token, share) -> expert.observe(tokens.index_select(0, token), observer));
        });
  }

  /** Waits for the device once, to learn how many tokens each expert reads. */
  private Routes route(Tensor tokens) {
    Tensor shares = torch.linear(tokens, router).to(ScalarType.Float).softmax(-1);
    T_TensorTensor_T best = torch.topk(shares, chosen);
    Tensor share = best.get0();
    if (normalised) {
      share = share.div(share.sum(new long[] {-1}).unsqueeze(-1));
    }
    Tensor expert = best.get1().flatten();
    Tensor order = torch.argsort(expert, true, 0, false);
    long[] counts = new long[experts.size()];
    torch.bincount(expert, new TensorOptional(), experts.size()).cpu().data_ptr_long().get(counts);
    return new Routes(
        order.floor_divide(new Scalar((long) chosen)),
        share.to(tokens.scalar_type()).flatten().index_select(0, order),
        counts);
  }

  /** Takes an expert's tokens and what share each has of it. */
  @FunctionalInterface
  private interface Visitor {
    void visit(GatedMlp expert, Tensor token, Tensor share);
  }

  /** Shows each expert that reads any tokens what it reads. */
  private void visit(Routes routes, Visitor visitor) {
    long first = 0;
    for (int i = 0; i < experts.size(); i++) {
      GatedMlp expert = experts.get(i);
      long start = first;
      long count = routes.counts[i];
      first += count;
      if (count > 0) {
        NativeMemory.run(
            () ->
                visitor.visit(
                    expert,
                    routes.token.narrow(0, start, count),
                    routes.share.narrow(0, start, count)));
      }
    }
  }
}
