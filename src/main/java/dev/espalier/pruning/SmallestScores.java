package dev.espalier.pruning;

import dev.espalier.device.NativeMemory;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The smallest of scores, as masks, where the kernels' choice is not enough: weights that are zero
 * come before all others, and parts of a matrix lose different numbers. Equal scores are taken in
 * order. Results are in the caller's scope.
 */
final class SmallestScores {
  /** Below every score. */
  private static final double FIRST = -1;

  private SmallestScores() {}

  /** The same scores, but those of zero weights are below all others. */
  static Tensor zerosFirst(Tensor scores, Tensor zeros) {
    return scores.masked_fill(zeros, new Scalar(FIRST));
  }

  /**
   * So many of a whole matrix, equal ones in row-major order.
   *
   * @param scores [rows, columns]
   */
  static Tensor ofAll(Tensor scores, long count) {
    return NativeMemory.compute(
        () -> {
          if (count == 0) {
            return torch.zeros_like(scores).to(ScalarType.Bool);
          }
          Tensor flat = scores.contiguous().flatten();
          Tensor last = flat.kthvalue(count).get0();
          Tensor below = flat.lt(last);
          Tensor equal = flat.eq(last);
          long ties = count - below.sum().item_long();
          Tensor taken = equal.logical_and(equal.cumsum(0).le(new Scalar(ties)));
          return below.logical_or(taken).view(scores.sizes());
        });
  }

  /** All that are not greater than the one of that rank, from 1. */
  static Tensor upTo(Tensor scores, long rank) {
    return NativeMemory.compute(
        () -> scores.le(scores.contiguous().flatten().kthvalue(rank).get0()));
  }

  /**
   * So many of each row, equal ones from the left.
   *
   * @param scores [rows, columns]
   * @param counts of each row, or one number for all of them
   */
  static Tensor ofRows(Tensor scores, long... counts) {
    return NativeMemory.compute(
        () -> {
          Tensor order = ascending(scores).get1();
          Tensor rank = torch.arange(new Scalar(scores.size(1)), order.options());
          Tensor chosen =
              rank.lt(Tensor.create(counts).to(order.device(), ScalarType.Long).view(-1, 1));
          return scattered(chosen.expand_as(order), order);
        });
  }

  /** A mask of sorted rows where they come from. */
  static Tensor scattered(Tensor mask, Tensor order) {
    return torch.zeros_like(order).to(ScalarType.Bool).scatter(1, order, mask);
  }

  /** Each row in ascending order, equal ones as they stand, and where they come from. */
  static T_TensorTensor_T ascending(Tensor scores) {
    return torch.sort(scores, new BoolOptional(true), -1, false);
  }
}
