package dev.espalier.model.family;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.model.description.Activation;
import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.GatedMlpDescription;
import dev.espalier.model.description.OperationDescription;
import dev.espalier.model.description.PlainMlpDescription;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.description.SubBlock;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Keys of config.json that change what some family of models computes: a family that does not ask
 * for one computes without it, which is right only for some of its values.
 */
enum ConfigKey {
  SCALE(
      "(embedding|residual|lm_head|key|attention_(in|out))_multiplier|logits?_scal(e|ing)"
          + "|scale_emb|rope_ratio|rotary_(pct|percent)|rope_(pct|percent)",
      "a scale that other families have",
      (value, decoder) -> isNumber(value, 1)),
  SCORE_SCALE(
      "attention_multiplier|(attention|attn|softmax)_scale",
      "a scale of the attention scores",
      (value, decoder) -> isNumber(value, 1 / Math.sqrt(attention(decoder).headDim()))),
  HEAD_SIZE(
      "query_pre_attn_scalar|rotary_dim|rotary_ndims|v_head_dim|qk_head_dim",
      "heads of another size or scale",
      (value, decoder) -> isNumber(value, attention(decoder).headDim())),
  ROTARY_BASE(
      "rotary_(emb_)?base|rope_base",
      "another base of the rotary embeddings",
      (value, decoder) -> rotary(decoder) != null && isNumber(value, rotary(decoder).theta())),
  SOFT_CAP(".*soft_?cap.*", "a soft cap", (value, decoder) -> false),
  WINDOW(
      "sliding_window|attention_window(_size)?|attention_chunk_size",
      "attention within a window",
      (value, decoder) -> value.isNumber() && value.asLong() >= decoder.maxPositions()),
  KINDS_OF_BLOCKS(
      "layer_types",
      "blocks of different kinds",
      (value, decoder) -> isOnly(value, Set.of("full_attention"))),
  BLOCKS_WITHOUT_ROTARY(
      "no_rope_layers",
      "blocks without rotary embeddings",
      (value, decoder) -> isOnly(value, Set.of("1", "true"))),
  EVERY_SO_MANY_WITHOUT_ROTARY(
      "no?_?rope_layer_interval|nope_layer_interval",
      "blocks without rotary embeddings",
      (value, decoder) -> false),
  OTHER_ROTARY(
      "rope_interleaved?|rotary_interleaved|rope_traditional|use_mrope",
      "another layout of the rotary embeddings",
      (value, decoder) -> false),
  POSITIONS(
      "position_embedding_type|alibi|use_alibi",
      "positions that are not rotary",
      (value, decoder) -> isOneOf(value, "rope", "rotary")),
  ACTIVATION(
      "hidden_activation|activation_function|mlp_hidden_act|activation",
      "another activation",
      (value, decoder) -> isActivation(value, decoder)),
  BIASES(
      "(attention|attn|mlp|qkv|use_qkv|use|lm_head|head)_bias",
      "biases",
      (value, decoder) -> false),
  NORM_KIND(
      "norm_type|normalization_type",
      "another normalisation",
      (value, decoder) -> isOneOf(value, "rms_norm", "rmsnorm", "rms")),
  HEAD_NORMS(
      "(use_)?(qk|query_key|attn_qk|attention_qk)_?(layer)?norm",
      "norms of queries and keys",
      (value, decoder) -> false),
  OTHER_NORMS(
      "(use_)?(post|sandwich)_(block_)?norm|norm_after|.*zero_centered.*|.*unit_offset"
          + "|apply_residual_connection_post_layernorm|normalize_embeddings?",
      "other normalisations",
      (value, decoder) -> false),
  USUALLY_ON(
      "is_causal|causal|use_rmsnorm|use_rope|do_layer_norm_before|scale_attn_weights",
      "a block without its usual parts",
      (value, decoder) -> value.asBoolean(true)),
  CLIPPING("clip_qkv", "clipped queries, keys and values", (value, decoder) -> false),
  PARALLEL(
      "(use_)?parallel_(residual|attn|block)",
      "attention and feed-forward part side by side",
      (value, decoder) -> false),
  GATE(
      "(attn|attention)_output_gate|gated_attention|(use_)?attention_sinks?",
      "attention with a gate or sinks",
      (value, decoder) -> false),
  EXPERTS(
      "(n|num|moe_num)_(local_|routed_|shared_)?experts",
      "a mixture of experts",
      (value, decoder) -> false),
  LATENT_ATTENTION("(kv|q)_lora_rank|qk_(rope|nope)_head_dim", "latent attention", (v, d) -> false),
  SHARED_KEYS(
      "num_kv_shared_layers|block_configs|num_key_value_heads_per_layer|pruned_heads",
      "blocks that differ from each other",
      (value, decoder) -> value.isObject() && value.isEmpty()),
  OTHER_WIDTH(
      "word_embed_proj_dim|embedding_size",
      "an embedding of another width",
      (value, decoder) -> isNumber(value, decoder.hiddenSize())),
  OTHER_TASK(
      "is_encoder_decoder|add_cross_attention|cross_attention_layers|(use_)?bidirectional"
          + "(_attention)?",
      "more than a causal decoder",
      (value, decoder) -> false),
  INNER_MODEL(
      "text_config|llm_config|language_config",
      "a language model inside of another model",
      (value, decoder) -> false);

  private static final double CLOSE = 1e-6;

  private final Pattern keys;
  private final String callsFor;
  private final BiPredicate<JsonNode, DecoderDescription> neutral;

  /**
   * @param callsFor what other values than the neutral ones mean
   * @param neutral whether a value that is not off, too, changes nothing for a decoder
   */
  ConfigKey(String keys, String callsFor, BiPredicate<JsonNode, DecoderDescription> neutral) {
    this.keys = Pattern.compile(keys);
    this.callsFor = callsFor;
    this.neutral = neutral;
  }

  /** The one that a key is of, if it is known to change anything. */
  static Optional<ConfigKey> of(String key) {
    for (ConfigKey known : values()) {
      if (known.keys.matcher(key).matches()) {
        return Optional.of(known);
      }
    }
    return Optional.empty();
  }

  /** What it means if it is not neutral. */
  String callsFor() {
    return callsFor;
  }

  /** Whether a decoder that does not ask for the key computes what it says. */
  boolean isNeutral(JsonNode value, DecoderDescription decoder) {
    boolean off = this == USUALLY_ON ? value.isNull() : isOff(value);
    return off || neutral.test(value, decoder);
  }

  /** Null, false, zero, or empty. */
  static boolean isOff(JsonNode value) {
    return value.isMissingNode()
        || value.isNull()
        || (value.isBoolean() && !value.booleanValue())
        || (value.isNumber() && value.doubleValue() == 0)
        || (value.isTextual() && value.textValue().isEmpty())
        || (value.isContainerNode() && value.isEmpty());
  }

  private static boolean isNumber(JsonNode value, double number) {
    return value.isNumber() && Math.abs(value.doubleValue() - number) <= CLOSE * number;
  }

  private static boolean isOneOf(JsonNode value, String... names) {
    return value.isTextual() && Set.of(names).contains(value.textValue());
  }

  private static boolean isOnly(JsonNode list, Set<String> names) {
    if (!list.isArray()) {
      return false;
    }
    for (JsonNode element : list) {
      if (!names.contains(element.asText())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isActivation(JsonNode value, DecoderDescription decoder) {
    String name = value.asText().equals("swiglu") ? "silu" : value.asText();
    return operations(decoder)
        .map(ConfigKey::activation)
        .flatMap(Optional::stream)
        .allMatch(used -> Activation.named(name).equals(Optional.of(used)));
  }

  private static Optional<Activation> activation(OperationDescription operation) {
    if (operation instanceof GatedMlpDescription mlp) {
      return Optional.of(mlp.activation());
    }
    return operation instanceof PlainMlpDescription mlp
        ? Optional.of(mlp.activation())
        : Optional.empty();
  }

  private static Stream<OperationDescription> operations(DecoderDescription decoder) {
    return decoder.blocks().stream()
        .flatMap(block -> block.subBlocks().stream())
        .map(SubBlock::operation);
  }

  private static AttentionDescription attention(DecoderDescription decoder) {
    return operations(decoder)
        .filter(AttentionDescription.class::isInstance)
        .map(AttentionDescription.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private static RotaryDescription rotary(DecoderDescription decoder) {
    return attention(decoder).rotary();
  }
}
