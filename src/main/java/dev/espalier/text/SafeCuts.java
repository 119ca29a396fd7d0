package dev.espalier.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Between which two characters a text can be cut so that its parts have the tokens of the whole.
 * Every step of the tokenizer is looked at: none of them may join the two, nor look from one at the
 * other. What is not known to be safe is not safe.
 *
 * <ul>
 *   <li>Added tokens: none has the two side by side, and none ends with the left one.
 *   <li>The normalizer changes each for itself.
 *   <li>The pre-tokenizers split between the two for sure, and then the model sees each part as it
 *       does in the whole; or none of them goes on from one to the other, and then neither may the
 *       model's merges.
 * </ul>
 *
 * The beginning of a text may be treated specially (a space is put before it): a part is encoded
 * behind the character it follows, whose tokens are then dropped, and so does not begin a text.
 */
final class SafeCuts {
  private static final String SPACE_MARK = "\u2581";

  /** What GPT-2 splits by, and a byte-level pre-tokenizer that is not told otherwise. */
  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  /** What a step does between two characters. */
  private enum Verdict {
    /** It may join them. */
    JOINS,
    /** It does not join them, nor does it split between them for sure. */
    PASSES,
    /** It splits between them. */
    SPLITS
  }

  /**
   * Two characters that stand side by side, as a step sees them.
   *
   * @param left a code point
   * @param right a code point
   */
  private record Gap(int left, int right) {}

  private interface Step {
    Verdict at(Gap gap);
  }

  /** Changes characters, each for itself; empty where it does more. */
  private interface Change {
    Optional<Gap> of(Gap gap);
  }

  private final TokenizerJson tokenizer;
  private final TokenizerModel model;
  private final List<Change> normalizer = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final Map<Gap, Boolean> known = new ConcurrentHashMap<>();

  private SafeCuts(TokenizerJson tokenizer, TokenizerModel model) {
    this.tokenizer = tokenizer;
    this.model = model;
    addNormalizer(tokenizer.normalizer());
    addSteps(tokenizer.preTokenizer());
  }

  /** Of a tokenizer; none if one of its steps is not understood. */
  static Optional<SafeCuts> of(TokenizerJson tokenizer, TokenizerModel model) {
    try {
      return Optional.of(new SafeCuts(tokenizer, model));
    } catch (UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  /** Whether a text may be cut between these two. */
  boolean between(char left, char right) {
    return isSettled(left)
        && isSettled(right)
        && known.computeIfAbsent(new Gap(left, right), this::isSafe);
  }

  /** Marks and half characters belong to others; what Java does not know it cannot judge. */
  private static boolean isSettled(char c) {
    return switch (Character.getType(c)) {
      case Character.UNASSIGNED,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.NON_SPACING_MARK,
          Character.COMBINING_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.FORMAT ->
          false;
      default -> true;
    };
  }

  private boolean isSafe(Gap raw) {
    Optional<Gap> normalized = Optional.of(raw);
    for (Change change : normalizer) {
      normalized = normalized.flatMap(change::of);
    }
    if (normalized.isEmpty() || belongsToToken(raw) || belongsToToken(normalized.get())) {
      return false;
    }
    Gap gap = normalized.get();
    for (Step step : steps) {
      Verdict verdict = step.at(gap);
      if (verdict != Verdict.PASSES) {
        return verdict == Verdict.SPLITS;
      }
      if (step instanceof ByteLevel) {
        Optional<Gap> bytes = ByteLevel.bytes(gap);
        if (bytes.isEmpty()) {
          return false;
        }
        gap = bytes.get();
      } else if (step instanceof SpaceMarks marks) {
        gap = marks.change(gap);
      }
    }
    return model.parts(gap.left, gap.right);
  }

  private boolean belongsToToken(Gap gap) {
    String both = Character.toString(gap.left) + Character.toString(gap.right);
    boolean spaces = Character.isWhitespace(gap.left);
    return tokenizer.addedTokens().stream()
        .anyMatch(
            token ->
                token.content().contains(both)
                    || token.content().endsWith(Character.toString(gap.left))
                    || token.context()
                        && (spaces || token.content().startsWith(Character.toString(gap.right))));
  }

  // Normalizers.

  private void addNormalizer(JsonNode step) {
    if (step.isNull()) {
      return;
    }
    switch (step.path("type").asText()) {
      case "Sequence" -> step.path("normalizers").forEach(this::addNormalizer);
      case "Prepend" -> {} // to the beginning, which the character before a part is
      case "Replace" -> normalizer.add(replacement(step));
      case "NFC", "NFD", "NFKC", "NFKD" ->
          normalizer.add(
              gap -> isInert(gap.left) && isInert(gap.right) ? Optional.of(gap) : Optional.empty());
      default -> throw new UnsupportedOperationException();
    }
  }

  /** Of one character by another one, or by some. */
  private static Change replacement(JsonNode step) {
    String from = step.path("pattern").path("String").asText();
    String to = step.path("content").asText();
    if (from.codePointCount(0, from.length()) != 1 || to.isEmpty()) {
      throw new UnsupportedOperationException();
    }
    int what = from.codePointAt(0);
    return gap ->
        Optional.of(
            new Gap(
                gap.left == what ? to.codePointBefore(to.length()) : gap.left,
                gap.right == what ? to.codePointAt(0) : gap.right));
  }

  /**
   * Whether the Unicode normal forms keep a character and never compose it with the one before it.
   * Besides marks, which are not settled, only vowels and finals of Hangul do so.
   */
  private static boolean isInert(int c) {
    boolean jamo = Character.UnicodeScript.of(c) == Character.UnicodeScript.HANGUL;
    String text = Character.toString(c);
    return !jamo
        && Normalizer.isNormalized(text, Normalizer.Form.NFD)
        && Normalizer.isNormalized(text, Normalizer.Form.NFKD)
        && Normalizer.isNormalized(text, Normalizer.Form.NFC);
  }

  // Pre-tokenizers.

  private void addSteps(JsonNode step) {
    if (step.isNull()) {
      return;
    }
    switch (step.path("type").asText()) {
      case "Sequence" -> step.path("pretokenizers").forEach(this::addSteps);
      case "ByteLevel" -> steps.add(new ByteLevel(step.path("use_regex").asBoolean(true)));
      case "Metaspace" -> steps.add(SpaceMarks.of(step));
      case "Split" -> steps.add(split(step));
      case "Digits" -> steps.add(digits(step.path("individual_digits").asBoolean()));
      case "Punctuation" -> steps.add(SafeCuts::punctuation);
      case "WhitespaceSplit", "BertPreTokenizer" -> steps.add(SafeCuts::whitespace);
      case "Whitespace" -> steps.add(split("\\w+|[^\\w\\s]+", true));
      default -> throw new UnsupportedOperationException();
    }
  }

  private static Step split(JsonNode step) {
    JsonNode pattern = step.path("pattern");
    boolean separates =
        switch (step.path("behavior").asText()) {
          case "Isolated", "Removed" -> true;
          default -> false;
        };
    return pattern.has("Regex")
        ? split(pattern.path("Regex").asText(), separates)
        : split(SplitPattern.literal(pattern.path("String").asText()), separates);
  }

  private static Step split(String expression, boolean separates) {
    return split(SplitPattern.of(expression), separates);
  }

  /**
   * @param separates whether a match is always a part of its own, or left out
   */
  private static Step split(Optional<SplitPattern> pattern, boolean separates) {
    SplitPattern matches = pattern.orElseThrow(UnsupportedOperationException::new);
    return gap -> {
      if (!matches.parts(gap.left, gap.right)) {
        return Verdict.JOINS;
      }
      return separates && matches.takes(gap.right) ? Verdict.SPLITS : Verdict.PASSES;
    };
  }

  private static Step digits(boolean each) {
    return gap -> {
      boolean left = isNumber(gap.left);
      boolean right = isNumber(gap.right);
      if (left && right) {
        return each ? Verdict.SPLITS : Verdict.JOINS;
      }
      return left || right ? Verdict.SPLITS : Verdict.PASSES;
    };
  }

  private static boolean isNumber(int c) {
    int type = Character.getType(c);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  /** Where there is none, it does nothing. */
  private static Verdict punctuation(Gap gap) {
    return isWord(gap.left) && isWord(gap.right) ? Verdict.PASSES : Verdict.JOINS;
  }

  private static boolean isWord(int c) {
    return Character.isLetterOrDigit(c) || c == ' ' || c == '\n';
  }

  private static Verdict whitespace(Gap gap) {
    return gap.left == ' ' || gap.left == '\n' || gap.right == ' ' || gap.right == '\n'
        ? Verdict.SPLITS
        : Verdict.JOINS;
  }

  /** Writes bytes as characters, and splits as GPT-2 does before if it is to. */
  private record ByteLevel(Optional<Step> before) implements Step {
    ByteLevel(boolean splits) {
      this(splits ? Optional.of(split(GPT2, true)) : Optional.empty());
    }

    @Override
    public Verdict at(Gap gap) {
      return before.map(step -> step.at(gap)).orElse(Verdict.PASSES);
    }

    /** The characters that stand for the bytes on both sides, of those that are one byte. */
    static Optional<Gap> bytes(Gap gap) {
      return Math.max(gap.left, gap.right) < 0x7F && Math.min(gap.left, gap.right) >= '\n'
          ? Optional.of(new Gap(shown(gap.left), shown(gap.right)))
          : Optional.empty();
    }

    private static int shown(int c) {
      return c > ' ' ? c : c + 0x100;
    }
  }

  /**
   * Writes spaces as a mark of their own, and splits before each if it is to.
   *
   * @param mark a code point
   */
  private record SpaceMarks(int mark, boolean splits) implements Step {
    static SpaceMarks of(JsonNode step) {
      String mark = step.path("replacement").asText(SPACE_MARK);
      if (mark.codePointCount(0, mark.length()) != 1) {
        throw new UnsupportedOperationException();
      }
      return new SpaceMarks(mark.codePointAt(0), step.path("split").asBoolean(true));
    }

    @Override
    public Verdict at(Gap gap) {
      return splits && (gap.right == ' ' || gap.right == mark) ? Verdict.SPLITS : Verdict.PASSES;
    }

    Gap change(Gap gap) {
      return new Gap(gap.left == ' ' ? mark : gap.left, gap.right == ' ' ? mark : gap.right);
    }
  }
}
