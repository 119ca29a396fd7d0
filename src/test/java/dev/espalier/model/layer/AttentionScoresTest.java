package dev.espalier.model.layer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.ScoreDescription;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts longer than the queries that are taken together, against the formula. */
class AttentionScoresTest {
  private static final int LENGTH = 300;
  private static final int HEADS = 4;
  private static final int DIM = 8;

  @ParameterizedTest
  @CsvSource({
    "4, 0, 300",
    "2, 0, 300",
    "4, 0, 40",
    "2, 0, 40",
    "2, 0, 1",
    "4, 2, 300",
    "2, 2, 300",
    "4, 2, 40",
    "2, 2, 200",
    "1, 2, 299",
    "2, 2, 1"
  })
  void areThoseOfTheFormula(int kvHeads, double cap, int window) {
    ScoreDescription scores =
        new ScoreDescription(0.7, cap == 0 ? Double.POSITIVE_INFINITY : cap, window);
    var attention = new AttentionDescription(HEADS, kvHeads, DIM, null, null, null, scores, null);
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(7);
      Tensor queries = torch.randn(2, LENGTH, HEADS, DIM);
      Tensor keys = torch.randn(2, LENGTH, kvHeads, DIM);
      Tensor values = torch.randn(2, LENGTH, kvHeads, DIM);
      Tensor actual = AttentionScores.of(attention).attend(queries, keys, values);
      for (int head = 0; head < HEADS; head++) {
        int of = head / (HEADS / kvHeads);
        Tensor expected =
            expected(queries.select(2, head), keys.select(2, of), values.select(2, of), scores);
        double error = actual.select(2, head).sub(expected).abs().max().item_double();
        assertTrue(error < 1e-5, head + ": " + error);
      }
    }
  }

  /** Of one head: [batch, length, headDim]. */
  private static Tensor expected(
      Tensor queries, Tensor keys, Tensor values, ScoreDescription scores) {
    Tensor raw = queries.matmul(keys.transpose(1, 2)).mul(new Scalar(scores.scale()));
    UnaryOperator<Tensor> cap =
        x -> x.div(new Scalar(scores.cap())).tanh().mul(new Scalar(scores.cap()));
    Tensor capped = scores.isCapped() ? cap.apply(raw) : raw;
    Tensor distance =
        NativeMemory.compute(
            () -> {
              Tensor places = torch.arange(new Scalar(LENGTH)).to(raw.scalar_type());
              return places.unsqueeze(1).sub(places.unsqueeze(0));
            });
    Tensor unseen =
        distance.lt(new Scalar(0)).logical_or(distance.ge(new Scalar((double) scores.window())));
    return capped
        .masked_fill(unseen, new Scalar(Double.NEGATIVE_INFINITY))
        .softmax(-1)
        .matmul(values);
  }
}
