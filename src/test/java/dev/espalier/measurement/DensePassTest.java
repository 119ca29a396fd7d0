package dev.espalier.measurement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.allocation.AllocationTest;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.measurement.Measurement.Outliers;
import dev.espalier.measurement.Measurement.Score;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.layer.Linear;
import dev.espalier.reference.EagerReference;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.TinyModel;
import dev.espalier.text.TokenWindows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Scoped.class)
class DensePassTest {
  private static final Outliers TWO = new Outliers(2);
  private static final Outliers FIVE = new Outliers(5);

  @Test
  void scoresAreThoseOfThePublishedOperations() {
    assertPublishedScores(TinyModel.small(), TinyModel.windows(6, 30));
  }

  /** In the first few tokens some experts read nothing: their scores are zero, and count. */
  @Test
  void expertsAreLinearsAsAnyOther() {
    for (int length : new int[] {2, 40}) {
      assertPublishedScores(TinyModel.family("mixtral"), TinyModel.windows(1, length));
      assertPublishedScores(TinyModel.family("qwen3_moe"), TinyModel.windows(1, length));
    }
  }

  @Test
  void expertsThatReadNothingHaveNoReconstructionError() {
    Measurement least = new Measurement.ReconstructionError(0.5);
    try (TinyModel source = TinyModel.family("qwen3_moe");
        DecoderModel model = source.open()) {
      double[] errors =
          new DensePass(model, Set.of(least), new DenseNorms())
              .measure(Optional.of(TinyModel.windows(1, 2)), Progress.NONE)
              .get(least);
      assertTrue(Arrays.stream(errors).allMatch(error -> error >= 0 && error < 1e9));
      assertTrue(Arrays.stream(errors).anyMatch(error -> error == 0));
      assertTrue(errors[0] > 0, "queries");
    }
  }

  private static void assertPublishedScores(TinyModel made, TokenWindows windows) {
    try (TinyModel source = made;
        DecoderModel model = source.open()) {
      Map<Measurement, double[]> measured =
          new DensePass(model, Set.of(Score.MEAN, Score.MEDIAN, TWO, FIVE), new DenseNorms())
              .measure(Optional.of(windows), Progress.NONE);
      Tensor hidden = model.embed(windows.tensor(0, windows.count()));
      for (int i = 0; i < model.blockCount(); i++) {
        try (DecoderBlock block = model.loadBlock(i)) {
          Map<String, Tensor> norms = new HashMap<>();
          hidden =
              block.forward(
                  hidden,
                  (input, x) ->
                      norms.put(
                          input.name(),
                          x.square().sum(0).div(new Scalar(windows.count())).sqrt().clone()));
          List<Tensor> weights = new ArrayList<>();
          List<Tensor> scales = new ArrayList<>();
          for (Linear linear : block.linears()) {
            weights.add(linear.weight());
            scales.add(
                norms.getOrDefault(linear.input().name(), torch.zeros(linear.input().features())));
          }
          double mean = EagerReference.meanScore(weights, scales);
          double median = EagerReference.medianScore(weights, scales);
          assertEquals(mean, measured.get(Score.MEAN)[i], 1e-5 * mean);
          assertEquals(median, measured.get(Score.MEDIAN)[i], 1e-5 * median);
          for (Outliers outliers : List.of(TWO, FIVE)) {
            double ratio = EagerReference.outlierRatio(weights, scales, outliers.multiple());
            assertEquals(100 * ratio, measured.get(outliers)[i], 0.1);
          }
        }
      }
    }
  }

  @Test
  void theWeightThatIsNotFiniteIsNamed() {
    try (TinyModel source = TinyModel.small();
        DecoderModel model = source.open()) {
      String name = "model.layers.1.self_attn.v_proj.weight";
      Tensor weight = source.tensor(name);
      weight.narrow(0, 0, 1).narrow(1, 0, 1).mul_(new Scalar(Double.NaN));
      var e =
          assertThrows(
              BadInputException.class,
              () ->
                  new DensePass(model, Set.of(FIVE), new DenseNorms())
                      .measure(Optional.of(TinyModel.windows(2, 9)), Progress.NONE));
      assertTrue(e.getMessage().startsWith(name), e::getMessage);
    }
  }

  @Test
  void weightsThatAreAllZeroGiveTheUniformAllocation() {
    try (TinyModel source = TinyModel.small();
        DecoderModel model = source.open()) {
      for (int i = 0; i < 3; i++) {
        model.description().linears(i).forEach(linear -> source.tensor(linear.name()).zero_());
      }
      Map<Measurement, double[]> measured =
          new DensePass(model, Set.of(Score.MEAN, Score.MEDIAN, FIVE), new DenseNorms())
              .measure(Optional.of(TinyModel.windows(2, 9)), Progress.NONE);
      MeasuredModel dense = MeasuredModel.of(model.description()).with(measured);
      for (SparsityAllocation allocation : AllocationTest.byScores()) {
        for (double density : allocation.densities(0.7, dense)) {
          assertEquals(1 - 0.7, density, 1e-15);
        }
      }
    }
  }
}
