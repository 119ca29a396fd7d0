package dev.espalier.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.device.ComputeDevice;
import dev.espalier.device.Placement;
import dev.espalier.model.DecoderModel;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import dev.espalier.testing.TinyModel;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Scoped.class)
class TokenLossesTest {
  private static final int LARGE = 256_000;
  private static final int WINDOWS = 3;
  private static final int LENGTH = 21;

  private static Tensor ids(int vocabulary) {
    long[] ids =
        LongStream.range(0, WINDOWS * LENGTH).map(i -> i * 73_856_093 % vocabulary).toArray();
    ids[1] = 0;
    ids[2] = vocabulary - 1;
    return Tensor.create(ids, WINDOWS, LENGTH);
  }

  private static Tensor hidden(ScalarType dtype) {
    return Tensors.random(3, ScalarType.Float, WINDOWS, LENGTH, 32).mul(new Scalar(8)).to(dtype);
  }

  /** With all logits at once, in f64. */
  private static double whole(DecoderModel model, Tensor hidden, Tensor ids, int window) {
    Tensor logits = model.logits(hidden.narrow(0, window, 1).narrow(1, 0, LENGTH - 1)).squeeze(0);
    Tensor targets = ids.narrow(0, window, 1).narrow(1, 1, LENGTH - 1).flatten();
    return torch.cross_entropy_loss(logits.to(ScalarType.Double), targets).item_double();
  }

  private static double[] inPieces(DecoderModel model, Tensor hidden, Tensor ids, long piece) {
    double[] losses = new double[WINDOWS + 1];
    losses[0] = -1;
    new TokenLosses(model, piece).means(hidden, ids, losses, 1);
    assertEquals(-1, losses[0], "not its place");
    return losses;
  }

  @Test
  void piecesOfALargeVocabularyCostWhatTheWholeCosts() {
    Tensor ids = ids(LARGE);
    try (TinyModel source = TinyModel.ofVocabulary(LARGE)) {
      for (ScalarType dtype : new ScalarType[] {ScalarType.Float, ScalarType.BFloat16}) {
        try (DecoderModel model = source.open(new Placement(dtype, ComputeDevice.CPU))) {
          Tensor hidden = hidden(dtype);
          for (long piece : new long[] {1L << 18, 1_000_000, TokenLosses.PIECE}) {
            double[] losses = inPieces(model, hidden, ids, piece);
            for (int i = 0; i < WINDOWS; i++) {
              double expected = whole(model, hidden, ids, i);
              assertEquals(expected, losses[1 + i], 1e-6 * expected, dtype + ", " + piece);
            }
          }
        }
      }
    }
  }

  @Test
  void oneTokenOfTheVocabularyAtATime() {
    Tensor ids = ids(50);
    try (TinyModel source = TinyModel.small();
        DecoderModel model = source.open()) {
      Tensor hidden = hidden(ScalarType.Float);
      double[] losses = inPieces(model, hidden, ids, 1);
      for (int i = 0; i < WINDOWS; i++) {
        double expected = whole(model, hidden, ids, i);
        assertEquals(expected, losses[1 + i], 1e-6 * expected);
      }
    }
  }

  @Test
  void aLargeVocabularyNeverStandsWhole() {
    assertTrue(TokenLosses.standing(2047, LARGE) <= TokenLosses.PIECE);
    assertTrue(TokenLosses.standing(8188, LARGE) <= TokenLosses.PIECE);
    assertEquals(2047 * 500, TokenLosses.standing(2047, 500));
  }
}
