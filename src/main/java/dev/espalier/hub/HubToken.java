package dev.espalier.hub;

import dev.espalier.BadInputException;
import java.util.Objects;

/** What opens private and gated repositories. Never printed. */
final class HubToken {
  private final String value;
  private final String source;

  /**
   * @param source where it was found, for people
   * @throws BadInputException if it holds what no token has
   */
  HubToken(String value, String source) {
    this.value = Objects.requireNonNull(value);
    this.source = source;
    if (!value.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      throw new BadInputException(
          source + " holds characters that no token has: set it to the token alone");
    }
  }

  /** For the header {@code Authorization}. */
  String authorization() {
    return "Bearer " + value;
  }

  /** Where it was found, for people. */
  String source() {
    return source;
  }

  @Override
  public String toString() {
    return "the token of " + source;
  }
}
