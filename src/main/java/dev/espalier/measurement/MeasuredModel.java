package dev.espalier.measurement;

import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.LinearDescription;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What allocations know of the dense model: its shapes, and what was measured of it.
 *
 * @param blocks the linears of each block
 * @param measured for each measurement one number per block or per linear, in order
 */
public record MeasuredModel(
    List<List<LinearDescription>> blocks, Map<Measurement, double[]> measured) {
  public MeasuredModel {
    blocks = blocks.stream().map(List::copyOf).toList();
    measured = Map.copyOf(measured);
  }

  /** The shapes alone. */
  public static MeasuredModel of(DecoderDescription description) {
    return new MeasuredModel(
        description.blocks().stream().map(BlockDescription::linears).toList(), Map.of());
  }

  /** The same model with these measurements. */
  public MeasuredModel with(Map<Measurement, double[]> measurements) {
    return new MeasuredModel(blocks, measurements);
  }

  /** All linears, block after block. */
  public List<LinearDescription> linears() {
    return blocks.stream().flatMap(List::stream).toList();
  }

  /** How many blocks or linears there are. */
  public int units(Granularity granularity) {
    return granularity == Granularity.BLOCK ? blocks.size() : linears().size();
  }

  /** Prunable weights of each block or of each linear. */
  public long[] parameters(Granularity granularity) {
    return switch (granularity) {
      case BLOCK ->
          blocks.stream()
              .mapToLong(block -> block.stream().mapToLong(LinearDescription::parameters).sum())
              .toArray();
      case LINEAR -> linears().stream().mapToLong(LinearDescription::parameters).toArray();
    };
  }

  /** One number per block or per linear, in order. */
  public double[] measured(Measurement measurement) {
    double[] values = measured.get(measurement);
    if (values == null) {
      throw new IllegalStateException(measurement.key() + " was not measured");
    }
    return values.clone();
  }

  /** The mean over each block of numbers that belong to linears. */
  public double[] blockMeans(double[] ofLinears) {
    double[] means = new double[blocks.size()];
    int first = 0;
    for (int b = 0; b < means.length; b++) {
      int end = first + blocks.get(b).size();
      means[b] = Arrays.stream(ofLinears, first, end).average().orElse(0);
      first = end;
    }
    return means;
  }
}
