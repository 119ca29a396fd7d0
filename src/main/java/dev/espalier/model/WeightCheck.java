package dev.espalier.model;

import dev.espalier.BadInputException;
import dev.espalier.Printable;
import dev.espalier.checkpoint.Dtype;
import dev.espalier.checkpoint.SliceName;
import dev.espalier.checkpoint.TensorEntry;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.TensorShape;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Compares a checkpoint with what its config.json calls for, before anything is computed. */
final class WeightCheck {
  private static final Set<Dtype> FLOATS = Set.of(Dtype.F64, Dtype.F32, Dtype.BF16, Dtype.F16);

  private WeightCheck() {}

  /**
   * Checks that every tensor is there, has its shape, and is of a floating-point dtype.
   *
   * @throws BadInputException naming the first tensor that is not as it must be
   */
  static void run(DecoderDescription decoder, WeightSource weights) {
    decoder.tensors().forEach(tensor -> expect(decoder, tensor, weights));
    requireNoMoreSlices(decoder, weights);
  }

  private static void requireNoMoreSlices(DecoderDescription decoder, WeightSource weights) {
    Map<String, Long> read =
        decoder.tensors().stream()
            .flatMap(tensor -> SliceName.of(tensor.name()).stream())
            .collect(Collectors.groupingBy(SliceName::tensor, TreeMap::new, Collectors.counting()));
    read.forEach(
        (tensor, count) -> {
          long there = weights.entry(tensor).shape().get(0);
          if (there != count) {
            throw new BadInputException(
                ("The tensor \"%s\" holds %d matrices where config.json calls for %d; "
                        + "check that both belong to the same model.")
                    .formatted(tensor, there, count));
          }
        });
  }

  /**
   * Checks all tensors but the linears' weights, which are checked when they are loaded, for NaN.
   *
   * @throws BadInputException naming the first that has one
   */
  static void requireFinite(DecoderDescription decoder, WeightSource weights) {
    Set<String> linears = new HashSet<>();
    decoder.blocks().forEach(block -> block.linears().forEach(l -> linears.add(l.name())));
    decoder.tensors().stream()
        .map(TensorShape::name)
        .filter(name -> !linears.contains(name))
        .forEach(name -> FiniteWeights.require(name, weights));
  }

  private static void expect(
      DecoderDescription decoder, TensorShape expected, WeightSource weights) {
    String name = expected.name();
    if (!weights.contains(name)) {
      throw MissingTensor.explain(decoder, weights, name);
    }
    TensorEntry tensor = weights.entry(name);
    requireFloat(tensor);
    if (!tensor.shape().equals(expected.sizes())) {
      throw new BadInputException(
          ("The tensor \"%s\" has shape %s where config.json calls for %s; "
                  + "check that both belong to the same model.")
              .formatted(name, tensor.shape(), expected.sizes()));
    }
  }

  /** Before its shape, which is another where several numbers are packed into one. */
  private static void requireFloat(TensorEntry tensor) {
    if (tensor.known().filter(FLOATS::contains).isEmpty()) {
      throw new BadInputException(
          ("The tensor \"%s\" is stored as %s, as in a quantized checkpoint; supported: F64, F32, BF16"
                  + " and F16, so prune the original.")
              .formatted(tensor.name(), Printable.of(tensor.type())));
    }
  }
}
