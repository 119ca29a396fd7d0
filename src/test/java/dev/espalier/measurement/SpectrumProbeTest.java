package dev.espalier.measurement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.layer.Linear;
import dev.espalier.statistics.BlockStatistics;
import dev.espalier.statistics.InputStatistics;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.TinyModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exponents of spectra against the published formula as it is written there. */
@ExtendWith(Scoped.class)
class SpectrumProbeTest {
  /** The published formula as it is written there, in f64: λ ascending. */
  private static double published(HillEstimator estimator, double[] eigenvalues) {
    int size = eigenvalues.length;
    if (estimator == HillEstimator.MID) {
      return hill(eigenvalues, size / 2);
    }
    double from = Double.NEGATIVE_INFINITY;
    double to = Double.POSITIVE_INFINITY;
    if (estimator == HillEstimator.PEAK) {
      double peak = peak(eigenvalues);
      from = Math.log10(0.95 * peak); // the slip: compared with eigenvalues, not their logarithms
      to = 1.5 * peak;
    }
    double[] alphas = new double[size - 1];
    double[] distances = new double[size - 1];
    Arrays.fill(distances, 1);
    for (int i = 0; i < size - 1; i++) {
      if (eigenvalues[i] < from) {
        continue;
      }
      if (eigenvalues[i] > to) {
        break;
      }
      alphas[i] = hill(eigenvalues, i);
      if (alphas[i] > 1) {
        distances[i] = 0;
        for (int j = i; j < size; j++) {
          double cdf = 1 - Math.pow(eigenvalues[j] / eigenvalues[i], 1 - alphas[i]);
          double distance = Math.abs(cdf - (j - i) / (double) (size - i));
          distances[i] = Math.max(distances[i], distance);
        }
      }
    }
    int best = 0;
    for (int i = 1; i < size - 1; i++) {
      best = distances[i] < distances[best] ? i : best;
    }
    return alphas[best];
  }

  private static double hill(double[] eigenvalues, int begin) {
    double sum = 0;
    for (int j = begin; j < eigenvalues.length; j++) {
      sum += Math.log(eigenvalues[j]) - Math.log(eigenvalues[begin]);
    }
    return 1 + (eigenvalues.length - begin) / sum;
  }

  private static double peak(double[] eigenvalues) {
    double min = Math.log10(eigenvalues[0]);
    double max = Math.log10(eigenvalues[eigenvalues.length - 1]);
    int[] counts = new int[100];
    for (double value : eigenvalues) {
      counts[Math.min(99, (int) Math.floor((Math.log10(value) - min) / (max - min) * 100))]++;
    }
    int fullest = 0;
    for (int i = 1; i < 100; i++) {
      fullest = counts[i] > counts[fullest] ? i : fullest;
    }
    return Math.pow(10, min + fullest * (max - min) / 100);
  }

  private static double[] singularValuesSquared(Tensor weight) {
    Tensor values = torch.linalg_svdvals(weight.to(ScalarType.Double)).square();
    double[] eigenvalues = new double[(int) values.numel()];
    values.contiguous().data_ptr_double().get(eigenvalues);
    Arrays.sort(eigenvalues);
    return eigenvalues;
  }

  @ParameterizedTest
  @EnumSource(HillEstimator.class)
  void exponentsAreThoseOfTheSingularValues(HillEstimator estimator) {
    try (TinyModel source = TinyModel.small();
        DecoderModel model = source.open()) {
      Measurement exponents = new Measurement.TailExponent(estimator);
      DensePass pass = new DensePass(model, Set.of(exponents), new DenseNorms());
      assertFalse(pass.needsInputs());
      double[] measured = pass.measure(Optional.empty(), Progress.NONE).get(exponents);
      List<Double> expected = new ArrayList<>();
      for (int i = 0; i < model.blockCount(); i++) {
        try (DecoderBlock block = model.loadBlock(i)) {
          block
              .linears()
              .forEach(
                  linear ->
                      expected.add(published(estimator, singularValuesSquared(linear.weight()))));
        }
      }
      assertEquals(expected.size(), measured.length);
      for (int i = 0; i < measured.length; i++) {
        assertEquals(expected.get(i), measured[i], 1e-4 * Math.abs(expected.get(i)), "linear " + i);
      }
    }
  }

  /** Half of a linear's rows are zero: its spectrum is that of the other half. */
  @ParameterizedTest
  @EnumSource(HillEstimator.class)
  void zerosOfTheSpectrumAreNotItsTail(HillEstimator estimator) {
    try (TinyModel source = TinyModel.small();
        DecoderModel model = source.open();
        DecoderBlock block = model.loadBlock(1)) {
      Linear linear = block.linears().get(3);
      long half = linear.weight().size(0) / 2;
      linear.weight().narrow(0, 0, half).zero_();
      double[] eigenvalues = singularValuesSquared(linear.weight().narrow(0, half, half));
      Measurement exponents = new Measurement.TailExponent(estimator);
      double[] measured = measure(block, exponents);
      double expected = published(estimator, eigenvalues);
      assertEquals(half, SpectrumProbe.eigenvalues(linear).length);
      assertEquals(expected, measured[3], 1e-4 * expected);
    }
  }

  @ParameterizedTest
  @EnumSource(HillEstimator.class)
  void aLinearWithoutASpectrumIsNamed(HillEstimator estimator) {
    try (TinyModel source = TinyModel.small();
        DecoderModel model = source.open();
        DecoderBlock block = model.loadBlock(1)) {
      Linear linear = block.linears().get(6);
      for (long rows : new long[] {1, 0}) { // rank 1, then 0
        linear.weight().narrow(0, rows, linear.weight().size(0) - rows).zero_();
        var e =
            assertThrows(
                BadInputException.class,
                () -> measure(block, new Measurement.TailExponent(estimator)));
        assertTrue(
            e.getMessage().startsWith(linear.name() + ": its weights have rank " + rows),
            e::getMessage);
      }
    }
  }

  private static double[] measure(DecoderBlock block, Measurement exponents) {
    try (BlockStatistics none = new BlockStatistics(block, 0, InputStatistics.Kind.NONE)) {
      return new SpectrumProbe(Set.of(exponents)).measure(block, none).get(exponents);
    }
  }

  @ParameterizedTest
  @EnumSource(HillEstimator.class)
  void exponentsOfRandomSpectra(HillEstimator estimator) {
    Random random = new Random(1);
    for (int size : new int[] {2, 3, 10, 101, 400}) {
      for (double power : new double[] {0.3, 1, 4}) {
        double[] spectrum =
            random.doubles(size).map(u -> 0.1 * Math.pow(1 - u, -power)).sorted().toArray();
        double expected = published(estimator, spectrum);
        assertEquals(expected, estimator.exponent(spectrum), 1e-9 * Math.abs(expected));
      }
    }
  }

  @Test
  void theSlipOfTheReleasedCodeIsKept() {
    // Half of the spectrum lies far below its peak: what the paper means would not look there.
    double[] spectrum = new double[200];
    Random random = new Random(5);
    for (int i = 0; i < 200; i++) {
      spectrum[i] = i < 80 ? Math.pow(10, -3 + i / 40.0) : 2 + random.nextDouble() * 0.05;
    }
    Arrays.sort(spectrum);
    double slip = HillEstimator.PEAK.exponent(spectrum);
    assertEquals(published(HillEstimator.PEAK, spectrum), slip, 1e-9 * slip);
  }
}
