package dev.espalier.allocation;

import dev.espalier.BadInputException;

/**
 * The numbers a parameter can be.
 *
 * @param least the smallest of them; {@link Double#MIN_VALUE} for all that are greater than 0
 * @param most the largest of them; {@link Double#MAX_VALUE} for all that are finite
 * @param words what they are, as what is needed: "a number greater than 0"
 */
public record Range(double least, double most, String words) {
  /** Whether it is one of them; not a number never is. */
  public boolean contains(double value) {
    return value >= least && value <= most;
  }

  /**
   * Checks a value.
   *
   * @param name of the parameter, for people
   * @param owner what has the parameter, for people
   * @throws BadInputException if the value is outside of the range
   */
  public void require(String name, String owner, double value) {
    if (!contains(value)) {
      throw new BadInputException("%s is %s; %s needs %s".formatted(name, value, owner, words));
    }
  }
}
