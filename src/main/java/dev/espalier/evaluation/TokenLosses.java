package dev.espalier.evaluation;

import dev.espalier.checkpoint.Dtype;
import dev.espalier.device.HostCopy;
import dev.espalier.device.NativeMemory;
import dev.espalier.forward.MemoryBeside;
import dev.espalier.model.DecoderModel;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What tokens cost after those before them. The head is applied to a part of the vocabulary at a
 * time and the sum of exponentials is kept running, so that the logits of a large vocabulary never
 * stand whole.
 */
final class TokenLosses {
  /** Logits at a time: 128 MiB in float32. */
  static final long PIECE = 1L << 25;

  private final DecoderModel model;
  private final long piece;

  TokenLosses(DecoderModel model) {
    this(model, PIECE);
  }

  /**
   * @param piece how many logits may stand at once, if that is no less than one per token
   */
  TokenLosses(DecoderModel model, long piece) {
    this.model = model;
    this.piece = piece;
  }

  /**
   * What it takes of the model's device, in bytes: for a batch of so many tokens their norm, and of
   * the logits the piece in the compute dtype, in f32 and its exponentials. The head is on a CUDA
   * device as a whole.
   */
  static MemoryBeside beside(DecoderModel model, long tokens) {
    long element = Dtype.of(model.placement().dtype()).bytes();
    long hidden = model.description().hiddenSize();
    long vocabulary = model.description().vocabularySize();
    boolean cuda = model.placement().device().isCuda();
    long standing = standing(tokens, vocabulary);
    long part = cuda ? 0 : element * hidden * standing / tokens;
    return new MemoryBeside(
        cuda ? element * hidden * vocabulary : 0,
        2 * element * hidden * tokens
            + part
            + (element == Float.BYTES ? 2 * Float.BYTES : element + 2 * Float.BYTES) * standing);
  }

  /** How many logits stand at once for so many tokens. */
  static long standing(long tokens, long vocabulary) {
    return tokens * Math.min(vocabulary, Math.max(1, PIECE / tokens));
  }

  /**
   * The mean negative log-likelihood of each window's tokens given those before, in nats.
   *
   * @param hidden [windows, length, hidden], what the last block returned
   * @param ids [windows, length]
   * @param first where the first window's goes
   */
  void means(Tensor hidden, Tensor ids, double[] losses, int first) {
    long predicted = ids.size(1) - 1;
    try (PointerScope scope = new PointerScope()) {
      Tensor targets =
          ids.narrow(1, 1, predicted).flatten().to(hidden.device(), ScalarType.Long).contiguous();
      Tensor means =
          losses(hidden.narrow(1, 0, predicted).flatten(0, 1), targets)
              .view(-1, predicted)
              .mean(new long[] {1}, false, new ScalarTypeOptional());
      HostCopy.of(means).data_ptr_double().get(losses, first, (int) means.size(0));
    }
  }

  /**
   * @param hidden [tokens, hidden]
   * @param targets [tokens], what comes next
   * @return [tokens] in f64
   */
  private Tensor losses(Tensor hidden, Tensor targets) {
    return NativeMemory.compute(
        () -> {
          long vocabulary = model.description().vocabularySize();
          long width = Math.max(1, piece / targets.size(0));
          Tensor normalized = model.normalized(hidden);
          Tensor sum =
              torch.full(
                  targets.sizes(),
                  new Scalar(Double.NEGATIVE_INFINITY),
                  normalized.options().dtype(new ScalarTypeOptional(ScalarType.Double)));
          Tensor wanted = torch.zeros_like(sum);
          for (long start = 0; start < vocabulary; start += width) {
            long begin = start;
            long count = Math.min(width, vocabulary - begin);
            NativeMemory.run(
                () -> {
                  Tensor logits = model.logits(normalized, begin, count).to(ScalarType.Float);
                  take(logits, targets.sub(new Scalar(begin)), wanted);
                  Tensor part = logits.logsumexp(1).to(ScalarType.Double);
                  sum.copy_(torch.logaddexp(sum, part));
                });
          }
          return sum.sub(wanted);
        });
  }

  /** Takes the logits of those targets that are among these. */
  private static void take(Tensor logits, Tensor targets, Tensor wanted) {
    Scalar last = new Scalar(logits.size(1) - 1);
    Tensor index = targets.clamp(new ScalarOptional(new Scalar(0L)), new ScalarOptional(last));
    Tensor found = logits.gather(1, index.unsqueeze(1)).squeeze(1).to(ScalarType.Double);
    wanted.copy_(torch.where(index.eq(targets), found, wanted));
  }
}
