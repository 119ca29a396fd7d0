package dev.espalier.reference;

import dev.espalier.device.NativeMemory;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The loops of SparseGPT's {@code fasterprune} (and of the same code in Wanda's, OWL's and DLP's
 * repositories): blocks of 128 columns, one column at a time.
 */
final class EagerSweep {
  private static final long BLOCK = 128;

  private final Tensor w;
  private final Tensor u;
  private final double sparsity;

  /** Published {@code prunen} and {@code prunem}; both 0 without a pattern. */
  private final int remove;

  private final int group;

  /** W1, Q1, Err1, Losses1, Hinv1 and mask1. */
  private record Block(
      Tensor w, Tensor pruned, Tensor error, Tensor losses, Tensor u, Tensor mask) {}

  private EagerSweep(Tensor w, Tensor u, double sparsity, int remove, int group) {
    this.w = w;
    this.u = u;
    this.sparsity = sparsity;
    this.remove = remove;
    this.group = group;
  }

  static Tensor unstructured(Tensor w, Tensor u, double sparsity) {
    return new EagerSweep(w, u, sparsity, 0, 0).sweep();
  }

  static Tensor nOfM(Tensor w, Tensor u, int keep, int group) {
    return new EagerSweep(w, u, 0, group - keep, group).sweep();
  }

  private Tensor sweep() {
    return NativeMemory.compute(
        () -> {
          long columns = w.size(1);
          Tensor losses = torch.zeros(new long[] {w.size(0)}, w.options());
          for (long first = 0; first < columns; first += BLOCK) {
            long start = first;
            long count = Math.min(BLOCK, columns - first);
            NativeMemory.run(() -> sweepBlock(start, count, losses));
          }
          return losses;
        });
  }

  private void sweepBlock(long first, long count, Tensor losses) {
    Tensor w1 = w.narrow(1, first, count).clone();
    Tensor u1 = u.narrow(0, first, count).narrow(1, first, count);
    Tensor mask = remove == 0 ? smallest(w1, u1) : torch.zeros_like(w1).eq(new Scalar(1));
    Block block =
        new Block(w1, torch.zeros_like(w1), torch.zeros_like(w1), torch.zeros_like(w1), u1, mask);
    for (long i = 0; i < count; i++) {
      long column = i;
      NativeMemory.run(() -> sweepColumn(block, column, count));
    }
    w.narrow(1, first, count).copy_(block.pruned());
    losses.add_(block.losses().sum(1).div(new Scalar(2)));
    long rest = w.size(1) - first - count;
    Tensor right = u.narrow(0, first, count).narrow(1, first + count, rest);
    w.narrow(1, first + count, rest).sub_(block.error().matmul(right));
  }

  private void sweepColumn(Block block, long i, long count) {
    Tensor column = block.w().select(1, i);
    Tensor d = block.u().select(0, i).select(0, i);
    if (remove != 0 && i % group == 0) {
      markSmallestOfGroup(block, i);
    }
    Tensor q = column.clone();
    q.masked_fill_(block.mask().select(1, i), new Scalar(0));
    block.pruned().select(1, i).copy_(q);
    Tensor lost = column.sub(q);
    block.losses().select(1, i).copy_(lost.pow(new Scalar(2)).div(d.pow(new Scalar(2))));
    Tensor error = column.sub(q).div(d);
    Tensor row = block.u().select(0, i).narrow(0, i, count - i);
    Tensor update = error.unsqueeze(1).matmul(row.unsqueeze(0));
    block.w().narrow(1, i, count - i).sub_(update);
    block.error().select(1, i).copy_(error);
  }

  /** The mask of a whole block: its lowest scores, ties of the threshold included. */
  private Tensor smallest(Tensor w1, Tensor u1) {
    Tensor score = score(w1, torch.diag(u1));
    Tensor sorted = torch.sort(score.flatten()).get0();
    return score.le(sorted.select(0, (long) (score.numel() * sparsity)));
  }

  private void markSmallestOfGroup(Block block, long i) {
    long width = Math.min(group, block.w().size(1) - i);
    Tensor diagonal = torch.diag(block.u()).narrow(0, i, width);
    Tensor score = score(block.w().narrow(1, i, width), diagonal);
    Tensor lowest = torch.topk(score, remove, 1, false, true).get1();
    block.mask().scatter_(1, lowest.add(new Scalar(i)), new Scalar(1));
  }

  private static Tensor score(Tensor weights, Tensor diagonal) {
    return weights.pow(new Scalar(2)).div(diagonal.reshape(1, -1).pow(new Scalar(2)));
  }
}
