package dev.espalier.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.TensorShape;
import dev.espalier.model.family.ModelFamilies;
import dev.espalier.testing.Samples;
import dev.espalier.testing.TinyModel;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A description lists what the reference library has stored, no more and no less. */
class DescribedTensorsTest {

  private static TinyModel fixture(String name) {
    return name.equals("sample") ? TinyModel.read(Samples.MODEL) : TinyModel.family(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama_plain",
        "llama_gqa_headdim_tied",
        "llama3_rope",
        "llama_rope_linear",
        "sample"
      })
  void theTensorsDescribedAreThoseOfTheCheckpoint(String name) {
    try (TinyModel fixture = fixture(name)) {
      DecoderDescription description = ModelFamilies.describe(fixture.config());
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
