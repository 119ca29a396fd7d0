package dev.espalier.text;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression that splits text, looked at rather than run: between which two characters
 * none of its matches goes on. Where that is so, a text is split alike whether it ends there or
 * not, and what follows is split as if it stood alone.
 *
 * <p>The expression is taken apart as Glushkov does it, into positions that match one character
 * each and pairs of them that can follow each other. A match cannot go on from {@code left} to
 * {@code right} if no pair of positions matches them. What looks ahead is a position that matches
 * no character: nothing that ends with {@code left} may stand before it, for it would see another
 * neighbour. Looking back and anything else that is not understood leaves no expression at all.
 */
final class SplitPattern {
  /** What Java calls otherwise. */
  private static final Pattern SCRIPT =
      Pattern.compile("\\{(Han|Hiragana|Katakana|Hangul|Latin|Cyrillic|Greek|Arabic|Thai)\\}");

  /** Matches a character, or, if it looks ahead, only stands for the place where it does so. */
  private static final class Position {
    private final Optional<Pattern> character;

    Position(Pattern character) {
      this.character = Optional.ofNullable(character);
    }

    boolean matches(int codePoint) {
      return character.map(c -> c.matcher(Character.toString(codePoint)).matches()).orElse(false);
    }

    boolean looksAhead() {
      return character.isEmpty();
    }
  }

  private record Pair(Position left, Position right) {}

  /**
   * A part of the expression.
   *
   * @param empty whether it can match nothing
   * @param solo the positions with which it can match a single character, whatever follows
   * @param soloEmpty whether it matches nothing for sure if need be, whatever follows
   */
  private record Part(
      boolean empty,
      Set<Position> first,
      Set<Position> last,
      Set<Position> solo,
      boolean soloEmpty) {
    static final Part NOTHING = new Part(true, Set.of(), Set.of(), Set.of(), true);

    static Part of(Position position) {
      Set<Position> one = Set.of(position);
      return position.looksAhead()
          ? new Part(true, one, one, Set.of(), false)
          : new Part(false, one, one, one, false);
    }

    Part or(Part other) {
      return new Part(
          empty || other.empty,
          union(first, other.first),
          union(last, other.last),
          union(solo, other.solo),
          soloEmpty || other.soloEmpty);
    }

    Part then(Part next) {
      return new Part(
          empty && next.empty,
          empty ? union(first, next.first) : first,
          next.empty ? union(last, next.last) : next.last,
          union(next.soloEmpty ? solo : Set.of(), soloEmpty ? next.solo : Set.of()),
          soloEmpty && next.soloEmpty);
    }

    /**
     * @param least how often at least
     * @param gives whether it gives back what it has taken if what follows needs that
     */
    Part repeated(int least, boolean gives) {
      return new Part(
          empty || least == 0,
          first,
          last,
          least <= 1 || soloEmpty ? solo : Set.of(),
          gives && (soloEmpty || least == 0));
    }

    private static Set<Position> union(Set<Position> a, Set<Position> b) {
      Set<Position> both = new LinkedHashSet<>(a);
      both.addAll(b);
      return both;
    }
  }

  private final Set<Pair> pairs = new HashSet<>();
  private final Part whole;
  private final String text;
  private int at;
  private boolean ignoresCase;

  private SplitPattern(String text) {
    this.text = text;
    this.whole = alternatives();
    if (at < text.length() || whole.empty) {
      throw unknown();
    }
  }

  /** An expression in the tokenizers' syntax, Oniguruma's; none if it is not fully understood. */
  static Optional<SplitPattern> of(String expression) {
    try {
      return Optional.of(new SplitPattern(expression));
    } catch (PatternSyntaxException e) {
      return Optional.empty();
    }
  }

  /** An expression that matches this string and nothing else. */
  static Optional<SplitPattern> literal(String string) {
    return string.isEmpty()
        ? Optional.empty()
        : of(string.codePoints().mapToObj("\\x{%x}"::formatted).reduce("", String::concat));
  }

  /** Whether no match holds both, and none that ends with the left one depends on the right one. */
  boolean parts(int left, int right) {
    return pairs.stream()
        .noneMatch(
            pair ->
                pair.left.matches(left) && (pair.right.looksAhead() || pair.right.matches(right)));
  }

  /** Whether this character is in some match for sure, if none of those before it goes on to it. */
  boolean takes(int character) {
    return whole.solo.stream().anyMatch(position -> position.matches(character));
  }

  // The expression from left to right.

  private Part alternatives() {
    Part all = sequence();
    while (accept("|")) {
      all = all.or(sequence());
    }
    return all;
  }

  private Part sequence() {
    Part all = Part.NOTHING;
    while (at < text.length() && !looking("|") && !looking(")")) {
      Part next = quantified();
      join(all.last, next.first);
      all = all.then(next);
    }
    return all;
  }

  private void join(Set<Position> left, Set<Position> right) {
    left.forEach(l -> right.forEach(r -> pairs.add(new Pair(l, r))));
  }

  private Part quantified() {
    Part part = single();
    while (at < text.length() && "?*+{".indexOf(text.charAt(at)) >= 0) {
      int least;
      boolean again;
      if (accept("{")) {
        int end = text.indexOf('}', at);
        String[] bounds = end < 0 ? new String[0] : text.substring(at, end).split(",", -1);
        if (bounds.length < 1 || bounds.length > 2 || !bounds[0].matches("[0-9]{1,4}")) {
          throw unknown();
        }
        least = Integer.parseInt(bounds[0]);
        again = !bounds[bounds.length - 1].matches("[01]");
        at = end + 1;
      } else {
        char quantifier = text.charAt(at++);
        least = quantifier == '+' ? 1 : 0;
        again = quantifier != '?';
      }
      boolean possessive = accept("+");
      if (!possessive) {
        accept("?"); // as few as possible: the same pairs
      }
      if (again) {
        join(part.last, part.first);
      }
      part = part.repeated(least, !possessive);
    }
    return part;
  }

  private Part single() {
    if (accept("(?!") || accept("(?=")) {
      return lookAhead();
    }
    if (accept("(?i:")) {
      boolean outside = ignoresCase;
      ignoresCase = true;
      Part part = group();
      ignoresCase = outside;
      return part;
    }
    if (accept("(?:")) {
      return group();
    }
    if (looking("(?") || looking("(*")) {
      throw unknown();
    }
    if (accept("(")) {
      return group();
    }
    if (accept("$")) {
      return Part.of(new Position(null));
    }
    return Part.of(new Position(compiled(character())));
  }

  private Part group() {
    Part part = alternatives();
    if (!accept(")")) {
      throw unknown();
    }
    return part;
  }

  /** What looks at the next character only sees one that is there wherever the text is cut. */
  private Part lookAhead() {
    compiled(character());
    if (!accept(")")) {
      throw unknown();
    }
    return Part.of(new Position(null));
  }

  private Pattern compiled(String character) {
    int flags = Pattern.UNICODE_CHARACTER_CLASS;
    if (ignoresCase) {
      flags |= Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
    }
    return Pattern.compile(character, flags);
  }

  /** The text of what matches one character. */
  private String character() {
    int from = at;
    if (at >= text.length()) {
      throw unknown();
    }
    int c = text.codePointAt(at);
    if (c == '\\') {
      escape();
    } else if (c == '[') {
      characterClass();
    } else if ("^.?*+{".indexOf(c) >= 0) {
      throw unknown();
    } else {
      at += Character.charCount(c);
    }
    String character = text.substring(from, at);
    return c == '\\' || c == '['
        ? SCRIPT.matcher(character).replaceAll("{Is$1}")
        : Pattern.quote(character);
  }

  private void escape() {
    at++;
    if (at >= text.length()) {
      throw unknown();
    }
    char c = text.charAt(at++);
    if (c == 'p' || c == 'P' || c == 'x') {
      int end = text.indexOf('}', at);
      if (!looking("{") || end < 0) {
        throw unknown();
      }
      at = end + 1;
    } else if (Character.isLetterOrDigit(c) && "sSdDwWnrtf".indexOf(c) < 0) {
      throw unknown(); // boundaries, references and what else means more than a character
    }
  }

  private void characterClass() {
    at++;
    accept("^");
    if (looking("]") || looking("[:")) {
      throw unknown();
    }
    while (!accept("]")) {
      if (at >= text.length()) {
        throw unknown();
      }
      if (looking("[")) {
        characterClass();
      } else if (looking("\\")) {
        escape();
      } else {
        at++;
      }
    }
  }

  private boolean looking(String part) {
    return text.startsWith(part, at);
  }

  private boolean accept(String part) {
    boolean there = looking(part);
    at += there ? part.length() : 0;
    return there;
  }

  private PatternSyntaxException unknown() {
    return new PatternSyntaxException("not understood", text, at);
  }
}
