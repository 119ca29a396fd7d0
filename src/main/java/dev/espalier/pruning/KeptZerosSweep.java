package dev.espalier.pruning;

import dev.espalier.device.NativeMemory;
import dev.espalier.kernels.Rounding;
import dev.espalier.pruning.SparsityPattern.NofM;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * SparseGPT's column sweep where weights that are zero stay so. They are pruned from the start:
 * what the columns to their left would have made of them is an error as that of any pruned weight,
 * which the columns to their right make up for. The same numbers as the kernel's sweep where there
 * are no zeros, in libtorch's operations.
 */
final class KeptZerosSweep {
  private final Tensor w;
  private final Tensor u;
  private final Tensor zeros;
  private final Tensor loss;
  private final long blockCols;

  /**
   * @param w [rows, cols] f32, pruned and updated in place
   * @param u [cols, cols] f32, the upper factor
   * @param zeros [rows, cols], true where a weight stays zero
   * @param loss [rows, 1] f64, receives Σ e²/2 of each row
   * @param blockCols columns per block
   */
  KeptZerosSweep(Tensor w, Tensor u, Tensor zeros, Tensor loss, long blockCols) {
    this.w = w;
    this.u = u;
    this.zeros = zeros;
    this.loss = loss;
    this.blockCols = blockCols;
  }

  /** Columns [begin, begin + width) of W. */
  private record Block(int number, long begin, long width) {}

  /**
   * The columns of a block, transposed: they lie side by side.
   *
   * @param current [width, rows] what the columns before have made of the weights
   * @param u [width, width]
   * @param zeros [width, rows]
   * @param pruned [width, rows]
   * @param errors [width, rows]
   */
  private record Columns(Tensor current, Tensor u, Tensor zeros, Tensor pruned, Tensor errors) {
    /** w²/u² of some columns, [rows, count]; zeros first. */
    Tensor scores(long first, long count) {
      Tensor diagonal = u.diagonal().narrow(0, first, count).unsqueeze(1);
      Tensor scores = current.narrow(0, first, count).square().div(diagonal.square());
      return SmallestScores.zerosFirst(scores, zeros.narrow(0, first, count)).t().contiguous();
    }

    /** Sets which weights of some columns go. */
    void choose(long first, Tensor mask) {
      pruned.narrow(0, first, mask.size(1)).copy_(mask.t());
    }

    /** Prunes a column and takes its errors from those to the right. */
    void prune(long j) {
      long right = current.size(0) - j - 1;
      Tensor column = current.select(0, j);
      Tensor kept = pruned.select(0, j).logical_not();
      Tensor row = u.select(0, j);
      Tensor error = column.masked_fill(kept, new Scalar(0.0)).div(row.select(0, j));
      errors.select(0, j).copy_(error);
      column.masked_fill_(pruned.select(0, j), new Scalar(0.0));
      if (right > 0) {
        current
            .narrow(0, j + 1, right)
            .addr_(row.narrow(0, j + 1, right), error, new Scalar(1.0), new Scalar(-1.0));
      }
    }
  }

  /** Zeros anywhere. */
  void unstructured(PruningTarget target) {
    long[] counts = counts(target);
    sweep(
        (columns, block, j) -> {
          if (j == 0) {
            Tensor scores = columns.scores(0, block.width());
            columns.choose(
                0,
                target.rounding() == Rounding.PUBLISHED
                    ? SmallestScores.upTo(scores, counts[block.number()])
                    : SmallestScores.ofAll(scores, counts[block.number()]));
          }
        });
  }

  /** Of every group of a row, no more than the pattern keeps. */
  void nOfM(NofM pattern) {
    int group = pattern.group();
    sweep(
        (columns, block, j) -> {
          if (j % group == 0) {
            Tensor chosen = SmallestScores.ofRows(columns.scores(j, group), group - pattern.keep());
            columns.choose(j, chosen.logical_or(columns.zeros().narrow(0, j, group).t()));
          }
        });
  }

  /** Chooses what goes of a block, or of a part of it, before its column j is pruned. */
  private interface Choice {
    void before(Columns columns, Block block, long j);
  }

  private void sweep(Choice choice) {
    loss.zero_();
    for (Block block : blocks()) {
      NativeMemory.run(() -> sweep(block, choice));
    }
  }

  private void sweep(Block block, Choice choice) {
    Tensor own = w.narrow(1, block.begin(), block.width());
    Tensor factor = u.narrow(0, block.begin(), block.width());
    Tensor current = own.t().contiguous();
    Columns columns =
        new Columns(
            current,
            factor.narrow(1, block.begin(), block.width()),
            zeros.narrow(1, block.begin(), block.width()).t().contiguous(),
            torch.zeros_like(current).to(ScalarType.Bool),
            torch.zeros_like(current));
    for (long column = 0; column < block.width(); column++) {
      long j = column;
      NativeMemory.run(
          () -> {
            choice.before(columns, block, j);
            columns.prune(j);
          });
    }
    own.copy_(current.t());
    long end = block.begin() + block.width();
    if (end < w.size(1)) {
      long rest = w.size(1) - end;
      w.narrow(1, end, rest).sub_(columns.errors().t().mm(factor.narrow(1, end, rest)));
    }
    Tensor squares = columns.errors().to(ScalarType.Double).square().sum(0);
    loss.add_(squares.unsqueeze(1), new Scalar(0.5));
  }

  private List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    for (long begin = 0; begin < w.size(1); begin += blockCols) {
      blocks.add(new Block(blocks.size(), begin, Math.min(blockCols, w.size(1) - begin)));
    }
    return blocks;
  }

  /** Of each block: how many weights go; as published, the rank of the largest score that goes. */
  private long[] counts(PruningTarget target) {
    List<Block> blocks = blocks();
    long[] sizes = blocks.stream().mapToLong(block -> w.size(0) * block.width()).toArray();
    if (target.rounding() == Rounding.PUBLISHED) {
      return LongStream.of(sizes)
          .map(size -> Math.min(size, (long) (size * target.sparsity()) + 1))
          .toArray();
    }
    long[] there = blocks.stream().mapToLong(this::zeros).toArray();
    return EvenCounts.of(EvenCounts.total(target.count(w.numel()), there), sizes, there);
  }

  private long zeros(Block block) {
    try (PointerScope scope = new PointerScope()) {
      return zeros.narrow(1, block.begin(), block.width()).sum().item_long();
    }
  }
}
