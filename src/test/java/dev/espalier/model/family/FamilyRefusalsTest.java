package dev.espalier.model.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.description.ScoreDescription;
import dev.espalier.model.description.YarnScaling;
import dev.espalier.testing.TinyModel;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A family does what config.json says, or refuses it by name. */
class FamilyRefusalsTest {

  private static ObjectNode config(String family, String changes) {
    try (TinyModel fixture = TinyModel.family(family)) {
      return fixture
          .config()
          .deepCopy()
          .setAll((ObjectNode) new ObjectMapper().readTree(changes.replace('\'', '"')));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(changes, e);
    }
  }

  private static DecoderDescription described(String family, String changes) {
    return ModelFamilies.describe(config(family, changes));
  }

  private static List<AttentionDescription> attention(String family, String changes) {
    DecoderDescription decoder = described(family, changes);
    return decoder.blocks().stream()
        .map(block -> (AttentionDescription) block.subBlocks().get(0).operation())
        .toList();
  }

  private static List<Integer> windows(String family, String changes) {
    return attention(family, changes).stream()
        .map(one -> one.scores().window())
        .map(window -> window == ScoreDescription.EVERYTHING ? 0 : window)
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "mistral_nowindow | {'attention_bias': true} | \"attention_bias\" is true",
        "mistral_nowindow | {'mlp_bias': true} | \"mlp_bias\" is true",
        "mistral_nowindow | {'layer_types': ['sliding_attention']} | \"layer_types\" is",
        "mistral_nowindow | {'sliding_window': -1} | \"sliding_window\" is -1",
        "mistral_nowindow | {'partial_rotary_factor': 0.5} | \"partial_rotary_factor\" is 0.5",
        "mistral_nowindow | {'final_logit_softcapping': 30.0} | \"final_logit_softcapping\" is",
        "qwen2_sliding_tied | {'layer_types': ['x', 'x', 'x']} | \"layer_types\" is",
        "qwen2_sliding_tied | {'layer_types': ['full_attention']} | \"layer_types\" is",
        "qwen2_sliding_tied | {'max_window_layers': -2} | \"max_window_layers\" is -2",
        "qwen3 | {'hidden_act': 'xielu'} | the activation \"xielu\" (\"hidden_act\")",
        "qwen3 | {'rope_scaling': {'rope_type': 'proportional'}} | rotary embeddings of type",
        "gemma | {'final_logit_softcapping': 30.0} | \"final_logit_softcapping\" is 30.0",
        "gemma2 | {'hidden_activation': 'mish'} | the activation \"mish\" (\"hidden_activation\")",
        "gemma2 | {'use_bidirectional_attention': true} | \"use_bidirectional_attention\" is true",
        "gemma3_text | {'attn_logit_softcapping': 50.0} | \"attn_logit_softcapping\" is 50.0",
        "opt | {'activation_function': 'tanh'} | the activation \"tanh\"",
        "opt | {'num_attention_heads': 5} | \"hidden_size\" is 32",
        "opt | {'scale_embeddings': true} | \"scale_embeddings\" is true",
        "opt | {'learned_embeddings': false} | \"learned_embeddings\" is false",
        "gpt_neox | {'rotary_pct': 0.2} | \"rotary_pct\" is 0.2",
        "gpt_neox | {'rotary_pct': 2.0} | \"rotary_pct\" is 2.0",
        "gpt_neox | {'position_embedding_type': 'alibi'} | \"position_embedding_type\" is",
        "phi3 | {'attention_bias': true} | \"attention_bias\" is true",
        "phi3 | {'rope_scaling': {'type': 'longrope', 'long_factor': [1, 2], 'short_factor': []}}"
            + " | \"rope_scaling.short_factor\" is []",
        "olmo2 | {'clip_qkv': 8.0} | \"clip_qkv\" is 8.0",
        "llama_plain | {'quantization_config': {'bits': 4}} | the model is quantized",
      })
  void whatIsNotDoneIsRefusedByName(String family, String changes, String named) {
    String message =
        assertThrows(BadInputException.class, () -> described(family, changes)).getMessage();
    assertTrue(message.startsWith("config.json: " + named), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "mistral_sliding | {} | 8 8 8",
        "mistral_sliding | {'sliding_window': null} | 0 0 0",
        "qwen2_sliding_tied | {} | 0 8 8",
        "qwen2_sliding_tied | {'max_window_layers': 0} | 8 8 8",
        "qwen2_sliding_tied | {'use_sliding_window': false} | 0 0 0",
        "qwen3_moe | {'use_sliding_window': true, 'sliding_window': 8} | 8 8",
        "qwen2_sliding_tied | {'layer_types': ['sliding_attention', 'full_attention',"
            + " 'full_attention']} | 8 0 0",
        "gemma2 | {} | 8 0 8 0",
        "gemma3_text | {} | 8 8 0 8",
        "gemma3_text | {'sliding_window_pattern': 2} | 8 0 8 0",
        "phi3 | {} | 0 0 0",
      })
  void windowsAreThoseOfTheirBlocks(String family, String changes, String expected) {
    String found =
        String.join(" ", windows(family, changes).stream().map(String::valueOf).toList());
    assertEquals(expected, found);
  }

  /** What the reference library takes where files do not speak of it; null is not that. */
  @Test
  void windowsAndCapsThatAreLeftOutAreUsual() {
    ObjectNode mistral = config("mistral_sliding", "{}");
    mistral.remove("sliding_window");
    AttentionDescription first =
        (AttentionDescription)
            ModelFamilies.describe(mistral).blocks().get(0).subBlocks().get(0).operation();
    assertEquals(4096, first.scores().window());
    ObjectNode gemma = config("gemma2", "{}");
    gemma.remove(List.of("final_logit_softcapping", "query_pre_attn_scalar"));
    assertEquals(30, ModelFamilies.describe(gemma).head().cap());
    gemma.putNull("final_logit_softcapping");
    assertTrue(!ModelFamilies.describe(gemma).head().isCapped());
  }

  @Test
  void newAndOldKeysOfGptNeoxSayTheSame() {
    ObjectNode renewed = config("gpt_neox", "{}");
    renewed.remove(List.of("rotary_pct", "rotary_emb_base", "rope_scaling"));
    renewed
        .putObject("rope_parameters")
        .put("rope_type", "default")
        .put("rope_theta", 10_000.0)
        .put("partial_rotary_factor", 0.25);
    assertEquals(described("gpt_neox", "{}"), ModelFamilies.describe(renewed));
  }

  @Test
  void newAndOldKeysOfGemma3SayTheSame() {
    String old = "{'rope_scaling': {'rope_type': 'linear', 'factor': 8.0}}";
    String renewed =
        "{'rope_scaling': null, 'rope_theta': null, 'rope_local_base_freq': null,"
            + " 'sliding_window_pattern': null, 'layer_types': ['sliding_attention',"
            + " 'sliding_attention', 'full_attention', 'sliding_attention'], 'rope_parameters':"
            + " {'full_attention': {'rope_type': 'linear', 'factor': 8.0, 'rope_theta': 1e6},"
            + " 'sliding_attention': {'rope_type': 'default', 'rope_theta': 10000.0}}}";
    assertEquals(described("gemma3_text", old), described("gemma3_text", renewed));
  }

  /** As Qwen2.5's model cards advise, whose config.json gives no longer context. */
  @Test
  void whatYarnIsToldCounts() {
    String advised =
        "{'max_position_embeddings': 1024, 'rope_scaling': {'type': 'yarn', 'factor': 4.0,"
            + " 'original_max_position_embeddings': 1024}}";
    RotaryDescription rotary = attention("qwen2_sliding_tied", advised).get(0).rotary();
    assertEquals(4, ((YarnScaling) rotary.scaling()).factor());
    String remarks = String.join(" ", ModelFamilies.remarks(config("qwen2_sliding_tied", advised)));
    assertTrue(remarks.contains("by 4.0, though its contexts differ by 1.0"), remarks);
  }

  @Test
  void whatIsNotReadOfRotaryKeysIsNamed() {
    String keys = "{'rope_scaling': {'type': 'linear', 'factor': 4.0, 'finetuned': true}}";
    String remarks = String.join(" ", ModelFamilies.remarks(config("llama_plain", keys)));
    assertTrue(remarks.contains("computed without: \"rope_scaling.finetuned\"."), remarks);
  }

  /** Old files of Gemma say gelu and were never computed with that. */
  @Test
  void gemmasOldActivationIsNotWhatItSays() {
    ObjectNode config = config("gemma", "{'hidden_act': 'gelu', 'hidden_activation': null}");
    DecoderDescription usual = described("gemma", "{}");
    assertEquals(usual, ModelFamilies.describe(config));
    assertTrue(ModelFamilies.remarks(config).toString().contains("\"gelu\" (\"hidden_act\")"));
  }

  @Test
  void dynamicFrequenciesAreThoseOfTheLength() {
    RotaryDescription rotary = attention("llama_rope_dynamic", "{}").get(0).rotary();
    float[] within = rotary.frequencies(16);
    float[] beyond = rotary.frequencies(32);
    assertEquals(within[0], beyond[0]);
    assertTrue(IntStream.range(1, within.length).allMatch(i -> beyond[i] < within[i]));
  }
}
