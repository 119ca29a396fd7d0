package dev.espalier.text;

import dev.espalier.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The tokens that stand before and after every text.
 *
 * @param before such as {@code <s>}; mostly one or none
 * @param after mostly none
 * @param reason what decides this, and what is said otherwise and has no effect
 */
record Frame(List<SpecialToken> before, List<SpecialToken> after, String reason) {
  private static final String TOKENIZER = "tokenizer.json";

  /** A token that is part of no text. */
  record SpecialToken(String content, int id) {
    @Override
    public String toString() {
      return content + " (id " + id + ")";
    }
  }

  /** What the post-processor of {@code tokenizer.json} puts around a text. */
  static Frame postProcessed(List<SpecialToken> before, List<SpecialToken> after) {
    return new Frame(before, after, TOKENIZER + " says");
  }

  /**
   * Of a model folder's tokenizer.
   *
   * @param ids the id of a token by its spelling, if there is one
   * @param postProcessed what holds if the tokenizer's class does not decide
   * @throws BadInputException if the folder asks for a token that there is not
   */
  static Frame of(
      TokenizerSettings settings, Function<String, OptionalInt> ids, Frame postProcessed) {
    Optional<TokenizerClass> decides = settings.tokenizerClass();
    return decides.isPresent()
        ? ofClass(decides.get(), settings, ids, postProcessed)
        : settings
            .flagOtherThan(!postProcessed.before.isEmpty(), !postProcessed.after.isEmpty())
            .map(
                flag ->
                    postProcessed.although(
                        flag
                            + " in "
                            + TokenizerSettings.CONFIG
                            + " says otherwise; this tokenizer class does not heed it"))
            .orElse(postProcessed);
  }

  private static Frame ofClass(
      TokenizerClass decides,
      TokenizerSettings settings,
      Function<String, OptionalInt> ids,
      Frame postProcessed) {
    Optional<TokenizerSettings.End> bos = settings.bos(decides);
    Optional<TokenizerSettings.End> eos = settings.eos(decides);
    List<SpecialToken> before = new ArrayList<>();
    List<SpecialToken> after = new ArrayList<>();
    for (TokenizerSettings.End end : Stream.concat(bos.stream(), eos.stream()).toList()) {
      OptionalInt id = ids.apply(end.content());
      if (id.isEmpty() && !end.asked()) {
        return postProcessed.although(
            "%s of %s is not in it".formatted(end.content(), decides.label()));
      }
      if (id.isEmpty()) {
        throw new BadInputException(
            "%s asks for the token %s at an end of every text (%s), but %s has no such token: take both files from the same model"
                .formatted(
                    settings.folder().resolve(TokenizerSettings.CONFIG),
                    end.content(),
                    end.flag(),
                    TOKENIZER));
      }
      (bos.filter(end::equals).isPresent() ? before : after)
          .add(new SpecialToken(end.content(), id.getAsInt()));
    }
    return new Frame(
        before,
        after,
        settings.saysEnds()
            ? TokenizerSettings.CONFIG + " says (" + decides.label() + ")"
            : decides.label() + " does by default");
  }

  private Frame although(String otherwise) {
    return new Frame(before, after, reason + ", although " + otherwise);
  }

  /** A sentence for people. */
  String describe() {
    return "A text is read with %s before it and %s after it, as %s."
        .formatted(described("BOS", before), described("EOS", after), reason);
  }

  private static String described(String name, List<SpecialToken> tokens) {
    return tokens.isEmpty()
        ? "no " + name
        : tokens.stream()
            .map(SpecialToken::toString)
            .collect(Collectors.joining(" ", name + " ", ""));
  }

  /** Whether this is one of the tokens. */
  boolean has(int id) {
    return Stream.concat(before.stream(), after.stream()).anyMatch(token -> token.id == id);
  }
}
