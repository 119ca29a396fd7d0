package dev.espalier.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.testing.TinyModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A checkpoint that holds something else than its config.json describes is not run as that. */
class ReconciledTest {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";
  private static final String BLOCK = "model.layers.1.";

  @AutoClose private final TinyModel tiny = TinyModel.small();

  private void put(String name, long... shape) {
    tiny.tensors().put(name, torch.ones(shape).retainReference());
  }

  private void rename(String from, String to) {
    tiny.tensors().put(to, tiny.tensors().remove(from));
  }

  private void prefix(String prefix) {
    Map<String, Tensor> tensors = tiny.tensors();
    List.copyOf(tensors.keySet()).forEach(name -> rename(name, prefix + name));
  }

  private String refusal() {
    return assertThrows(BadInputException.class, () -> tiny.open().close()).getMessage();
  }

  private List<String> remarks() {
    try (DecoderModel model = tiny.open()) {
      return model.remarks();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mlp.up_proj.bias | \"mlp_bias\": true",
        "self_attn.o_proj.bias | \"attention_bias\": true would.",
        "self_attn.q_proj.bias | qwen2",
        "self_attn.q_norm.weight | qwen3",
        "self_attn.k_layernorm.weight | norms of queries and keys",
        "self_attn.q_proj.lora_A.weight | merge_and_unload",
        "self_attn.q_proj.base_layer.weight | merge_and_unload",
        "mlp.up_proj.weight_scale | quantized",
        "mlp.up_proj.weight_scale_inv | quantized",
        "mlp.up_proj.qweight | quantized",
        "mlp.up_proj.scales | quantized",
        "mlp.up_proj.biases | quantized",
        "mlp.up_proj.weight.quant_state.bitsandbytes__nf4 | quantized",
        "mlp.up_proj.weight.absmax | quantized",
        "mlp.experts.0.up_proj.weight | mixture of experts",
        "mlp.gate.weight | mixture of experts",
        "block_sparse_moe.gate.weight | mixture of experts",
        "mlp.router.weight | mixture of experts",
        "mlp.up_proj.weight_mask | torch.nn.utils.prune.remove",
        "mlp.up_proj.parametrizations.weight.original | remove_parametrizations",
        "_orig_mod.mlp.up_proj.weight | wrapper",
        "self_attn.qkv_proj.weight | another architecture",
        "post_feedforward_layernorm.weight | other normalisations",
        "input_layernorm.bias | other normalisations",
        "self_attn.bias | no such tensors",
        "something.weight | no such tensors"
      })
  void whatTheConfigDoesNotCallForIsRefusedInBlocks(String tensor, String advice) {
    put(BLOCK + tensor, 4);
    String message = refusal();
    assertTrue(message.contains("\"" + BLOCK + tensor + "\""), message);
    assertTrue(message.contains(advice), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.norm.bias",
        "model.embed_positions.weight",
        "model.embed_tokens.weight_scale"
      })
  void andBesideThem(String tensor) {
    put(tensor, 32);
    assertTrue(refusal().contains("\"" + tensor + "\""), refusal());
  }

  @Test
  void aBiasOfTheHeadIsRefused() {
    put("lm_head.bias", 50);
    assertTrue(refusal().contains("\"lm_head.bias\""), refusal());
  }

  @Test
  void blocksBeyondTheCountAreRefused() {
    tiny.config().put("num_hidden_layers", 2);
    assertTrue(refusal().contains("\"num_hidden_layers\": 2"), refusal());
    assertTrue(refusal().contains("holds 3 blocks (\"model.layers.2."), refusal());
  }

  @Test
  void fewerBlocksThanTheCountAreRefused() {
    tiny.config().put("num_hidden_layers", 5);
    assertTrue(refusal().contains("\"num_hidden_layers\": 5"), refusal());
    assertTrue(refusal().contains("holds 3 blocks"), refusal());
  }

  @Test
  void whatHasNoEffectHasNone() {
    put(BLOCK + "self_attn.rotary_emb.inv_freq", 4);
    put("model.rotary_emb.inv_freq", 4);
    put(BLOCK + "attn.bias", 1, 1, 8, 8);
    put(BLOCK + "attn.masked_bias", 1);
    put("model.layers.7.self_attn.rotary_emb.inv_freq", 4);
    assertEquals(List.of(), remarks());
  }

  @Test
  void otherPartsAreNamedAndLeft() {
    put("score.weight", 2, 32);
    put("vision_tower.layers.0.self_attn.q_proj.bias", 4);
    put("model.mm_projector.0.weight", 4);
    String remark = String.join("", remarks());
    assertTrue(remark.contains("Outside of the decoder") && remark.contains("3 tensors"), remark);
    assertTrue(remark.contains("\"score.weight\""), remark);
  }

  @Test
  void aTiedModelMayHaveItsTensorUnderEitherName() {
    Tensor tokens = tiny.tokens(1, 9);
    try (DecoderModel usual = tiny.open()) {
      Tensor expected = Tensors.logits(usual, tokens);
      rename(EMBEDDING, HEAD);
      try (DecoderModel other = tiny.open()) {
        assertEquals(List.of(), other.remarks());
        Tensors.assertEqual(expected, Tensors.logits(other, tokens), 0);
      }
    }
  }

  @Test
  void aTiedHeadIsTheEmbeddingWhateverElseIsThere() {
    Tensor tokens = tiny.tokens(1, 9);
    try (DecoderModel usual = tiny.open()) {
      Tensor expected = Tensors.logits(usual, tokens);
      tiny.tensors().put(HEAD, tiny.tensors().get(EMBEDDING).clone().retainReference());
      assertEquals(List.of(), remarks());
      tiny.tensors().get(HEAD).zero_();
      assertTrue(remarks().toString().contains("is not used"), remarks().toString());
      try (DecoderModel other = tiny.open()) {
        Tensors.assertEqual(expected, Tensors.logits(other, tokens), 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aHeadThatIsNotTiedMustBeThere(boolean said) {
    if (said) {
      tiny.config().put("tie_word_embeddings", false);
    } else {
      tiny.config().remove("tie_word_embeddings");
    }
    assertTrue(refusal().contains("\"tie_word_embeddings\": true"), refusal());
    rename(EMBEDDING, HEAD);
    assertTrue(refusal().contains("has no embedding"), refusal());
  }

  @Test
  void theBaseModelsNamesAreTakenWhereTheHeadIsTied() {
    List.copyOf(tiny.tensors().keySet())
        .forEach(name -> rename(name, name.substring("model.".length())));
    assertTrue(remarks().toString().contains("without a head"), remarks().toString());
    try (DecoderModel model = tiny.open()) {
      assertEquals(
          "layers.0.self_attn.q_proj.weight", model.description().linears(0).get(0).name());
    }
    tiny.config().put("tie_word_embeddings", false);
    assertTrue(refusal().contains("has no head"), refusal());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "module.| DistributedDataParallel",
        "_orig_mod.| torch.compile",
        "module._orig_mod.| \"module._orig_mod.model.",
        "base_model.model.| merge_and_unload",
        "_forward_module.| trainer",
        "language_model.| multimodal",
        "model.| begin with \"model.model.\"",
        "transformer.| begin with \"transformer.model.\"",
        "ema.student.| begin with \"ema.student.model.\""
      })
  void otherPrefixesAreNamed(String prefix, String named) {
    prefix(prefix);
    assertTrue(refusal().contains(named), refusal());
  }

  @Test
  void namesOfOtherFormatsAreNamed() {
    tiny.tensors().keySet().retainAll(List.of(EMBEDDING));
    rename(EMBEDDING, "tok_embeddings.weight");
    assertTrue(refusal().contains("Meta"), refusal());
    rename("tok_embeddings.weight", "token_embd.weight");
    assertTrue(refusal().contains("llama.cpp"), refusal());
    rename("token_embd.weight", "wte.weight");
    assertTrue(refusal().contains("\"wte.weight\""), refusal());
  }

  @Test
  void whatIsReadMustBeFinite() {
    List<String> read = new ArrayList<>(List.of(EMBEDDING, HEAD, "model.norm.weight"));
    read.addAll(List.of(BLOCK + "input_layernorm.weight", BLOCK + "mlp.up_proj.weight"));
    tiny.config().put("tie_word_embeddings", false);
    tiny.tensors().put(HEAD, tiny.tensors().get(EMBEDDING).clone().retainReference());
    for (ScalarType dtype : List.of(ScalarType.BFloat16, ScalarType.Half, ScalarType.Double)) {
      for (String name : read) {
        Tensor sound = tiny.tensors().get(name);
        for (double wrong : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
          Tensor damaged = sound.to(dtype).clone().retainReference();
          damaged.view(-1).narrow(0, 5, 1).fill_(new org.bytedeco.pytorch.Scalar(wrong));
          tiny.tensors().put(name, damaged);
          String message =
              assertThrows(
                      BadInputException.class,
                      () -> {
                        try (DecoderModel model = tiny.open()) {
                          model.loadBlock(1).close();
                        }
                      })
                  .getMessage();
          assertTrue(message.startsWith(name + " "), message);
          assertTrue(message.contains("NaN or infinite"), message);
          damaged.close();
        }
        tiny.tensors().put(name, sound);
      }
    }
    try (DecoderModel model = tiny.open()) {
      model.loadBlock(1).close();
    }
  }
}
