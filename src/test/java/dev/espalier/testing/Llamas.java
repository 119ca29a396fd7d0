package dev.espalier.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.family.ModelFamilies;

/** LLaMAs of real sizes as descriptions, which take no weights. */
public final class Llamas {
  /** LLaMA 1 and 2 with seven billion weights. */
  public static final DecoderDescription SEVEN_B = describe(32000, 4096, 32, 32, 32, 11008);

  private Llamas() {}

  public static DecoderDescription describe(
      int vocabulary, int hidden, int blocks, int heads, int kvHeads, int inner) {
    return ModelFamilies.describe(
        new ObjectMapper()
            .createObjectNode()
            .put("model_type", "llama")
            .put("vocab_size", vocabulary)
            .put("hidden_size", hidden)
            .put("num_hidden_layers", blocks)
            .put("num_attention_heads", heads)
            .put("num_key_value_heads", kvHeads)
            .put("intermediate_size", inner));
  }
}
