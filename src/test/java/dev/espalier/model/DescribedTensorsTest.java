package dev.espalier.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.TensorShape;
import dev.espalier.testing.Samples;
import dev.espalier.testing.TinyModel;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A description lists what the reference library has stored, no more and no less. */
class DescribedTensorsTest {

  private static Stream<Path> models() {
    return Stream.concat(
        TinyModel.families().map(TinyModel::familyFolder), Stream.of(Samples.MODEL));
  }

  @ParameterizedTest
  @MethodSource("models")
  void theTensorsDescribedAreThoseOfTheCheckpoint(Path folder) {
    try (TinyModel fixture = TinyModel.read(folder)) {
      DecoderDescription description = Reconciled.of(fixture.config(), fixture).description();
      Map<String, Object> stored = new TreeMap<>();
      // Old checkpoints hold the rotary frequencies, which follow from config.json.
      fixture.tensors().keySet().removeIf(tensor -> tensor.endsWith("rotary_emb.inv_freq"));
      fixture
          .tensors()
          .keySet()
          .forEach(tensor -> stored.put(tensor, fixture.entry(tensor).shape()));
      Map<String, Object> described =
          description.tensors().stream()
              .collect(
                  Collectors.toMap(
                      TensorShape::name, TensorShape::sizes, (a, b) -> a + " twice", TreeMap::new));
      assertEquals(stored, described);
      WeightCheck.run(description, fixture);
    }
  }
}
