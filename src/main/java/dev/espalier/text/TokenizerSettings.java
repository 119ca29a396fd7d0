package dev.espalier.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.espalier.BadInputException;
import dev.espalier.files.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the files beside {@code tokenizer.json} say of how it is used, as Python's transformers
 * reads them.
 *
 * @param folder a model folder
 * @param config {@code tokenizer_config.json}; empty if there is none
 * @param specialTokens {@code special_tokens_map.json}; empty if there is none
 * @param model {@code config.json}; empty if there is none
 */
record TokenizerSettings(Path folder, JsonNode config, JsonNode specialTokens, JsonNode model) {
  static final String CONFIG = "tokenizer_config.json";
  private static final String BOS_FLAG = "add_bos_token";
  private static final String EOS_FLAG = "add_eos_token";

  /**
   * Reads the files that are there.
   *
   * @throws BadInputException if one is damaged
   */
  static TokenizerSettings of(Path folder) {
    return new TokenizerSettings(
        folder,
        read(folder.resolve(CONFIG)),
        read(folder.resolve("special_tokens_map.json")),
        read(folder.resolve("config.json")));
  }

  private static JsonNode read(Path file) {
    return Files.isRegularFile(file)
        ? Json.readObject(file)
        : JsonNodeFactory.instance.objectNode();
  }

  /** The class by the name that the folder gives, or by the type of its model. */
  Optional<TokenizerClass> tokenizerClass() {
    String named = config.path("tokenizer_class").asText(null);
    if (named == null) {
      named = model.path("tokenizer_class").asText(null);
    }
    return named == null
        ? TokenizerClass.ofModelType(model.path("model_type").asText())
        : TokenizerClass.named(named);
  }

  /** What stands at one end of every text, as a class decides it. */
  Optional<End> bos(TokenizerClass decides) {
    return end(BOS_FLAG, "bos_token", decides.addsBos(), decides.bos());
  }

  /** The same for the other end. */
  Optional<End> eos(TokenizerClass decides) {
    return end(EOS_FLAG, "eos_token", false, decides.eos());
  }

  /**
   * A token at an end of a text.
   *
   * @param content its spelling
   * @param flag what asks for it
   * @param asked whether the folder sets that flag itself, and not the class by default
   */
  record End(String content, String flag, boolean asked) {}

  private Optional<End> end(String flag, String name, boolean usual, String usualToken) {
    boolean adds = config.has(flag) ? isTrue(config.get(flag)) : usual;
    if (!adds) {
      return Optional.empty();
    }
    String content =
        token(name, usualToken)
            .orElseThrow(
                () ->
                    new BadInputException(
                        "%s: %s is null, but %s is true%s: set that to false, or name the token"
                            .formatted(
                                folder.resolve(CONFIG),
                                name,
                                flag,
                                config.has(flag) ? "" : " by default")));
    return Optional.of(new End(content, flag, config.has(flag)));
  }

  /** As Python sees it: null, 0 and an empty string are not. */
  private static boolean isTrue(JsonNode value) {
    return value.isTextual() ? !value.asText().isEmpty() : value.asBoolean();
  }

  /** The map counts where the configuration does not list the added tokens, as older ones. */
  private Optional<String> token(String name, String usual) {
    boolean older = !config.has("added_tokens_decoder");
    if (older && specialTokens.has(name)) {
      return content(specialTokens.get(name));
    }
    return config.has(name) ? content(config.get(name)) : Optional.of(usual);
  }

  /** Of a token that is a string, or an object with one. */
  private static Optional<String> content(JsonNode token) {
    return Optional.ofNullable((token.isObject() ? token.path("content") : token).textValue());
  }

  /**
   * Whether a byte-level pre-tokenizer puts a space before a text: transformers does as the
   * configuration says, and not if it says nothing.
   */
  boolean addsPrefixSpace() {
    return isTrue(config.path("add_prefix_space"));
  }

  /** Whether the configuration says what stands at the ends of a text. */
  boolean saysEnds() {
    return config.has(BOS_FLAG) || config.has(EOS_FLAG);
  }

  /** A flag of the configuration that says otherwise than it is, if there is one. */
  Optional<String> flagOtherThan(boolean bos, boolean eos) {
    return Stream.of(BOS_FLAG, EOS_FLAG)
        .filter(flag -> config.has(flag))
        .filter(flag -> isTrue(config.get(flag)) != (flag.equals(BOS_FLAG) ? bos : eos))
        .findFirst();
  }
}
