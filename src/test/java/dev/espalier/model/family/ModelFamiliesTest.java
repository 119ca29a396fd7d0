package dev.espalier.model.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.model.description.Activation;
import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.GatedMlpDescription;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.model.description.NormDescription;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.description.RotaryScaling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFamiliesTest {
  private static final String MINIMAL =
      """
      {'model_type': 'llama', 'vocab_size': 160, 'hidden_size': 32, 'intermediate_size': 72,
       'num_hidden_layers': 3, 'num_attention_heads': 4}""";

  private static JsonNode parse(String json) {
    try {
      return new ObjectMapper().readTree(json.replace('\'', '"'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode minimal() {
    return (ObjectNode) parse(MINIMAL);
  }

  private static ObjectNode minimalWith(String keys) {
    ObjectNode config = minimal();
    config.setAll((ObjectNode) parse(keys));
    return config;
  }

  private static String refusal(String keys) {
    return assertThrows(BadInputException.class, () -> ModelFamilies.describe(minimalWith(keys)))
        .getMessage();
  }

  @Test
  void absentAndNullKeysTakeTheReferenceDefaults() {
    String nulls =
        "{'head_dim': null, 'num_key_value_heads': null, 'rope_scaling': null,"
            + " 'rope_parameters': null, 'quantization_config': null}";
    for (ObjectNode config : List.of(minimal(), minimalWith(nulls))) {
      DecoderDescription description = ModelFamilies.describe(config);
      AttentionDescription attention = attention(description);
      assertEquals(4, attention.heads());
      assertEquals(4, attention.kvHeads());
      assertEquals(8, attention.headDim());
      assertEquals(new RotaryDescription(8, 10_000, new RotaryScaling.None()), attention.rotary());
      assertEquals(Activation.SILU, mlp(description).activation());
      assertEquals(72, mlp(description).down().inFeatures());
      description.linears(2).forEach(linear -> assertNull(linear.biasName()));
      assertEquals(new NormDescription("model.norm.weight", 32, 1e-6), description.finalNorm());
      assertEquals(2048, description.maxPositions());
      assertEquals(false, description.tiedHead());
    }
  }

  private static AttentionDescription attention(DecoderDescription description) {
    return (AttentionDescription) description.blocks().get(0).subBlocks().get(0).operation();
  }

  private static GatedMlpDescription mlp(DecoderDescription description) {
    return (GatedMlpDescription) description.blocks().get(0).subBlocks().get(1).operation();
  }

  @Test
  void newRotaryKeysReadAsTheOldOnes() {
    assertSameRotary(
        "{'rope_theta': 500000.0}",
        "{'rope_parameters': {'rope_theta': 500000.0, 'rope_type': 'default'}}");
    assertSameRotary(
        "{'rope_theta': 20000, 'rope_scaling': {'type': 'linear', 'factor': 4.0}}",
        "{'rope_parameters': {'rope_theta': 20000, 'rope_type': 'linear', 'factor': 4.0}}");
    String llama3 =
        "'rope_type': 'llama3', 'factor': 8.0, 'low_freq_factor': 1.0, 'high_freq_factor': 4.0,"
            + " 'original_max_position_embeddings': 256";
    assertSameRotary(
        "{'rope_theta': 500000.0, 'rope_scaling': {" + llama3 + "}}",
        "{'rope_parameters': {'rope_theta': 500000.0, " + llama3 + "}}");
  }

  private static void assertSameRotary(String oldKeys, String newKeys) {
    RotaryDescription old = attention(ModelFamilies.describe(minimalWith(oldKeys))).rotary();
    assertEquals(old, attention(ModelFamilies.describe(minimalWith(newKeys))).rotary());
  }

  @Test
  void scalingChangesFrequenciesAsItSays() {
    float[] plain = new RotaryDescription(4, 10_000, new RotaryScaling.None()).frequencies();
    assertArrayEquals(new float[] {1f, 0.01f}, plain, 1e-9f);
    float[] linear = new RotaryDescription(4, 10_000, new RotaryScaling.Linear(4)).frequencies();
    assertArrayEquals(new float[] {0.25f, 0.0025f}, linear, 1e-9f);
    // Waves of 6.3 and 628 positions: shorter than 256 / 4, longer than 256 / 1.
    RotaryScaling llama3 = new RotaryScaling.Llama3(8, 1, 4, 256);
    float[] scaled = new RotaryDescription(4, 10_000, llama3).frequencies();
    assertArrayEquals(new float[] {1f, 0.00125f}, scaled, 1e-9f);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'model_type': 'mistral'} | llama",
        "{'model_type': null} | llama",
        "{'hidden_act': 'gelu'} | silu",
        "{'quantization_config': {'bits': 4}} | float32, bfloat16 or float16",
        "{'rope_scaling': {'rope_type': 'yarn', 'factor': 4.0}} | default, linear, llama3",
        "{'rope_scaling': {'type': 'dynamic', 'factor': 4.0}} | default, linear, llama3",
        "{'rope_parameters': {'rope_type': 'longrope'}} | default, linear, llama3",
      })
  void refusalsListWhatIsSupported(String keys, String supported) {
    String message = refusal(keys);
    assertTrue(message.contains("support") && message.contains(supported), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'vocab_size': null} | \"vocab_size\" is missing",
        "{'hidden_size': -32} | \"hidden_size\" is -32",
        "{'num_hidden_layers': 0} | \"num_hidden_layers\" is 0",
        "{'num_hidden_layers': 2000000000} | \"num_hidden_layers\" is 2000000000",
        "{'num_hidden_layers': 2.5} | \"num_hidden_layers\" is 2.5",
        "{'num_hidden_layers': 99999999999} | \"num_hidden_layers\" is 99999999999",
        "{'intermediate_size': '72'} | \"intermediate_size\" is \"72\"",
        "{'num_key_value_heads': 3} | \"num_key_value_heads\" is 3",
        "{'num_attention_heads': 5} | \"hidden_size\" is 32",
        "{'head_dim': 7} | \"head_dim\" is 7",
        "{'rms_norm_eps': 0} | \"rms_norm_eps\" is 0",
        "{'tie_word_embeddings': 'yes'} | \"tie_word_embeddings\" is \"yes\"",
        "{'hidden_act': 1} | \"hidden_act\" is 1",
        "{'model_type': 7} | \"model_type\" is 7",
        "{'rope_theta': []} | \"rope_theta\" is []",
        "{'rope_scaling': 'linear'} | \"rope_scaling\" is \"linear\"",
        "{'rope_scaling': {'type': 'linear'}} | \"rope_scaling.factor\" is missing",
        "{'rope_parameters': {'partial_rotary_factor': 0.5}} | "
            + "\"rope_parameters.partial_rotary_factor\" is 0.5",
      })
  void wrongValuesAreNamed(String keys, String culprit) {
    String message = refusal(keys);
    assertTrue(message.startsWith("config.json: " + culprit), message);
    assertTrue(message.contains(" must be "), message);
  }

  @Test
  void llama3BoundsMustBeOrdered() {
    String message =
        refusal(
            "{'rope_scaling': {'rope_type': 'llama3', 'factor': 8, 'low_freq_factor': 4,"
                + " 'high_freq_factor': 4, 'original_max_position_embeddings': 256}}");
    assertTrue(message.contains("\"rope_scaling.high_freq_factor\" is 4"), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "3", "null"})
  void aConfigIsAnObject(String json) {
    assertThrows(BadInputException.class, () -> ModelFamilies.describe(parse(json)));
  }

  @Test
  void linearsAreDescribedWithoutLoadingThem() {
    DecoderDescription description =
        ModelFamilies.describe(
            minimalWith("{'num_key_value_heads': 2, 'head_dim': 16, 'attention_bias': true}"));
    List<LinearDescription> linears = description.linears(1);
    assertEquals(7, linears.size());
    assertEquals(
        new LinearDescription(
            "model.layers.1.self_attn.k_proj.weight",
            "attention",
            32,
            32,
            "model.layers.1.self_attn.k_proj.bias"),
        linears.get(1));
    assertEquals(
        new LinearDescription("model.layers.1.mlp.down_proj.weight", "mlp_output", 32, 72, null),
        linears.get(6));
    assertEquals(32 * 72, linears.get(6).parameters());
  }
}
