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
import dev.espalier.model.description.NormKind;
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
      assertEquals(
          NormDescription.rms(NormKind.RMS, "model.norm", 32, 1e-6), description.head().norm());
      assertEquals(2048, description.maxPositions());
      assertEquals(false, description.head().tied());
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
    float[] plain = new RotaryDescription(4, 10_000, new RotaryScaling.None()).frequencies(9);
    assertArrayEquals(new float[] {1f, 0.01f}, plain, 1e-9f);
    float[] linear = new RotaryDescription(4, 10_000, new RotaryScaling.Linear(4)).frequencies(9);
    assertArrayEquals(new float[] {0.25f, 0.0025f}, linear, 1e-9f);
    // Waves of 6.3 and 628 positions: shorter than 256 / 4, longer than 256 / 1.
    RotaryScaling llama3 = new RotaryScaling.Llama3(8, 1, 4, 256);
    float[] scaled = new RotaryDescription(4, 10_000, llama3).frequencies(9);
    assertArrayEquals(new float[] {1f, 0.00125f}, scaled, 1e-9f);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'model_type': 'bloom'} | gemma3_text, opt, gpt_neox, phi3, olmo2",
        "{'model_type': null} | llama",
        "{'hidden_act': 'mish'} | silu, swish, gelu",
        "{'quantization_config': {'bits': 4}} | float32, bfloat16 or float16",
        "{'rope_scaling': {'rope_type': 'ntk', 'factor': 4.0}} | default, linear, dynamic, yarn",
        "{'rope_parameters': {'type': 'p-rope'}} | longrope, llama3",
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
        "{'partial_rotary_factor': 0.5} | \"partial_rotary_factor\" is 0.5",
        "{'rope_scaling': {'factor': 4.0}} | \"rope_scaling.rope_type\" is missing",
        "{'rope_scaling': {'type': null, 'factor': 4.0}} | \"rope_scaling.rope_type\" is missing",
        "{'rope_scaling': {'type': 'linear', 'rope_type': 'llama3'}} | \"rope_scaling.type\" is",
        "{'rope_parameters': {'full_attention': {'rope_theta': 5.0}}} | "
            + "\"rope_parameters.full_attention\" is",
        "{'rope_parameters': {'partial_rotary_factor': 0.5}} | "
            + "\"rope_parameters.partial_rotary_factor\" is 0.5",
      })
  void wrongValuesAreNamed(String keys, String culprit) {
    String message = refusal(keys);
    assertTrue(message.startsWith("config.json: " + culprit), message);
    assertTrue(message.contains(" must be "), message);
  }

  @Test
  void emptyRotaryKeysGiveNothing() {
    String parameters = "'rope_parameters': {'rope_type': 'linear', 'factor': 4.0}";
    assertSameRotary("{'rope_scaling': {'type': 'linear', 'factor': 4.0}}", "{" + parameters + "}");
    assertSameRotary(
        "{'rope_scaling': {'type': 'linear', 'factor': 4.0}}",
        "{'rope_scaling': {}, " + parameters + "}");
    assertSameRotary("{}", "{'rope_scaling': {'rope_type': null}, 'rope_parameters': {}}");
    assertSameRotary("{'rope_theta': 5e5}", "{'rope_parameters': {'rope_theta': 5e5}}");
  }

  @Test
  void whatCountsOfTwoRotaryKeysIsSaid() {
    String both =
        "{'rope_scaling': {'type': 'linear', 'factor': 2.0},"
            + " 'rope_parameters': {'rope_type': 'default', 'rope_theta': 10000.0}}";
    assertSameRotary("{'rope_scaling': {'type': 'linear', 'factor': 2.0}}", both);
    assertTrue(remarks(both).contains("\"rope_scaling\" counts"), remarks(both));
    String twice = "{'rope_theta': 10000.0, 'rope_parameters': {'rope_theta': 20000.0}}";
    assertSameRotary("{'rope_theta': 20000.0}", twice);
    assertTrue(remarks(twice).contains("\"rope_theta\" twice"), remarks(twice));
  }

  private static String remarks(String keys) {
    return String.join(" ", ModelFamilies.remarks(minimalWith(keys)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'sliding_window': 128} | attention within a window",
        "{'use_sliding_window': true, 'sliding_window': 128} | attention within a window",
        "{'attention_chunk_size': 64} | attention within a window",
        "{'layer_types': ['full_attention', 'sliding_attention']} | different kinds",
        "{'no_rope_layers': [1, 1, 0]} | without rotary",
        "{'logits_scaling': 8.0} | scale",
        "{'embedding_multiplier': 12} | scale",
        "{'residual_multiplier': 0.22} | scale",
        "{'attention_multiplier': 0.015} | attention scores",
        "{'query_pre_attn_scalar': 256} | heads of another size",
        "{'attn_logit_softcapping': 50.0} | soft cap",
        "{'final_logit_softcapping': 30.0} | soft cap",
        "{'rotary_pct': 0.25} | scale",
        "{'rope_interleave': true} | layout",
        "{'alibi': true} | not rotary",
        "{'position_embedding_type': 'alibi'} | not rotary",
        "{'hidden_activation': 'gelu'} | activation",
        "{'norm_type': 'layernorm'} | normalisation",
        "{'use_qk_norm': true} | queries and keys",
        "{'qk_layernorm': true} | queries and keys",
        "{'clip_qkv': 8.0} | clipped",
        "{'use_parallel_residual': true} | side by side",
        "{'num_experts': 8} | mixture of experts",
        "{'num_local_experts': 8} | mixture of experts",
        "{'n_routed_experts': 64} | mixture of experts",
        "{'kv_lora_rank': 512} | latent attention",
        "{'num_kv_shared_layers': 2} | differ",
        "{'pruned_heads': {'1': [0]}} | differ",
        "{'is_causal': false} | usual parts",
        "{'is_encoder_decoder': true} | causal decoder",
        "{'add_cross_attention': true} | causal decoder",
        "{'use_bidirectional_attention': true} | causal decoder",
        "{'text_config': {'hidden_size': 3}} | inside of another",
      })
  void keysOfOtherFamiliesThatChangeTheModelAreRefused(String keys, String what) {
    String message = refusal(keys);
    assertTrue(message.contains(what), message);
    assertTrue(message.startsWith("config.json: \""), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'sliding_window': null, 'use_sliding_window': false, 'max_window_layers': 3}",
        "{'sliding_window': 4096, 'use_sliding_window': false}",
        "{'sliding_window': 2048}",
        "{'layer_types': ['full_attention', 'full_attention']}",
        "{'no_rope_layers': [1, 1, 1], 'no_rope_layer_interval': 4}",
        "{'logits_scaling': 1.0, 'embedding_multiplier': 1, 'residual_multiplier': 1.0}",
        "{'attention_multiplier': 0.35355339059327373, 'query_pre_attn_scalar': 8}",
        "{'attn_logit_softcapping': null, 'num_experts': 0, 'use_qk_norm': false}",
        "{'pretraining_tp': 2, 'attention_dropout': 0.1, 'is_decoder': false}",
        "{'pruned_heads': {}, 'add_cross_attention': false, 'is_encoder_decoder': false}",
        "{'partial_rotary_factor': 1.0, 'rotary_dim': 8}",
        "{'hidden_activation': 'silu', 'hidden_act': 'swish'}",
        "{'quantization_config': {}, 'quantization': null}",
        "{'sparsity_config': {'format': 'dense', 'sparsity_structure': '2:4'}}",
        "{'_name_or_path': 'x', 'bos_token_id': 1, 'torch_dtype': 'bfloat16'}",
        "{'architectures': ['LlamaForCausalLM'], 'id2label': {'0': 'x'}, 'unsloth_version': '1'}",
      })
  void keysThatChangeNothingHereAreTaken(String keys) {
    assertEquals(ModelFamilies.describe(minimal()), ModelFamilies.describe(minimalWith(keys)));
    assertEquals("", remarks(keys));
  }

  @Test
  void whatIsNotReadIsNamed() {
    assertTrue(remarks("{'frob': 3, 'nix': null}").contains("computed without: \"frob\"."));
    String code = "{'auto_map': {'AutoModel': 'x.X'}, 'architectures': ['XForCausalLM']}";
    assertTrue(remarks(code).contains("is not run"), remarks(code));
    assertTrue(remarks(code).contains("XForCausalLM"), remarks(code));
    assertTrue(refusal("{'model_type': 'x', 'auto_map': {'a': 'b'}}").contains("is not run"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'quantization': {'group_size': 64, 'bits': 4}} | MLX",
        "{'quantization_config': {'quant_method': 'gptq', 'bits': 4}} | gptq",
        "{'compression_config': {'format': 'pack-quantized'}} | pack-quantized",
        "{'sparsity_config': {'format': 'sparse-24-bitmask'}} | sparse-24-bitmask",
      })
  void quantizedModelsAreNamed(String keys, String method) {
    assertTrue(refusal(keys).contains(method), refusal(keys));
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
