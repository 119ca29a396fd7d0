package dev.espalier.model.family;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.BadInputException;
import dev.espalier.Printable;
import dev.espalier.model.description.DecoderDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What config.json says beyond what its family has asked for. A key that is known to change what a
 * model computes must have a value that changes nothing here; one that is not known, which the
 * reference library ignores as well, is named.
 */
final class UnreadKeys {
  /** Keys about training, generation, files and heads for other tasks. */
  private static final Pattern WITHOUT_EFFECT =
      Pattern.compile(
          "_.*|architectures|model_type|auto_map|(torch_)?dtype|transformers_version|name_or_path"
              + "|.*_token(_ids?)?|.*_tokens|.*_ids|.*dropout.*|.*_pdrop|layerdrop|init.*|.*_init|.*_std"
              + "|use_cache|pretraining_tp|gradient_checkpointing|use_bfloat16|torchscript"
              + "|return_dict.*|output_.*|.*_loss.*|.*2label|label2id|problem_type|finetuning_task"
              + "|task_specific_params|num_labels|keys_to_ignore.*|chunk_size_feed_forward"
              + "|tie_.*|tf_legacy_loss|prefix|suffix|tokenizer_class|max_length|min_length"
              + "|do_sample|early_stopping|num_beam.*|diversity_penalty|temperature|top_[kp]"
              + "|typical_p|.*_penalty|.*no_repeat_ngram_size|num_return_sequences"
              + "|remove_invalid_values|model_max_length|max_sequence_length|seq_length"
              + "|max_position_embeddings|original_max_position_embeddings|unsloth_.*"
              + "|attn_implementation|use_flash.*|(use_)?sliding_window.*|max_window_layers"
              + "|cache_implementation|multiple_of|ffn_dim_multiplier|is_decoder|n_ctx"
              + "|cross_attention_hidden_size|vision_config|audio_config|.*router.*"
              + "|num_experts_per_tok|moe_.*|trust_remote_code|num_nextn_predict_layers|layer_norm_eps.*"
              + "|quantization_config|classifier.*|summary_.*|license|language|tags");

  private UnreadKeys() {}

  /**
   * @throws BadInputException if one calls for what this decoder does not compute
   */
  static void requireNeutral(ConfigReader config, DecoderDescription decoder) {
    Map<String, JsonNode> unread = config.unread();
    unread.forEach(
        (key, value) ->
            ConfigKey.of(key)
                .filter(known -> !known.isNeutral(value, decoder))
                .filter(known -> !isSwitchedOff(known, key, unread))
                .ifPresent(
                    known -> {
                      throw refusal(decoder, key, value, known);
                    }));
  }

  /** The names of keys that nobody here knows, if they say anything. */
  static Optional<String> remark(ConfigReader config) {
    List<String> unknown = new ArrayList<>();
    config
        .unread()
        .forEach(
            (key, value) -> {
              if (!WITHOUT_EFFECT.matcher(key).matches()
                  && ConfigKey.of(key).isEmpty()
                  && !ConfigKey.isOff(value)) {
                unknown.add("\"" + Printable.of(key) + "\"");
              }
            });
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "config.json has keys that models of this type are computed without: %s."
                .formatted(String.join(", ", unknown)));
  }

  /** Some keys count only where others say so. */
  private static boolean isSwitchedOff(ConfigKey known, String key, Map<String, JsonNode> unread) {
    return switch (known) {
      case WINDOW ->
          key.equals("sliding_window")
              && unread.containsKey("use_sliding_window")
              && ConfigKey.isOff(unread.get("use_sliding_window"));
      case EVERY_SO_MANY_WITHOUT_ROTARY -> unread.containsKey("no_rope_layers");
      default -> false;
    };
  }

  private static BadInputException refusal(
      DecoderDescription decoder, String key, JsonNode value, ConfigKey known) {
    return new BadInputException(
        ("config.json: \"%s\" is %s, which calls for %s; models of type \"%s\" are computed without"
                + " it. If the model does not need it, remove the key; otherwise the model is not"
                + " supported.")
            .formatted(
                Printable.of(key),
                ConfigReader.abbreviated(value),
                known.callsFor(),
                decoder.family()));
  }
}
