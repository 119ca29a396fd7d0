package dev.espalier.run;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.pruning.SparsityPattern;
import java.util.List;
import java.util.Optional;

/** The pattern that stored allocations were made for. */
final class StoredPattern {
  private StoredPattern() {}

  /**
   * Of one; absent if its file does not say.
   *
   * @throws BadInputException if it is none that is known here
   */
  static Optional<SparsityPattern> of(FileAllocation allocation) {
    return allocation.pattern().map(text -> read(allocation, text));
  }

  /** What stands before a pattern's explanation is how it is written. */
  private static SparsityPattern read(FileAllocation allocation, String text) {
    try {
      return SparsityPattern.parse(text.split(" ", 2)[0], false);
    } catch (BadInputException e) {
      throw new BadInputException(
          "%s was made for the pattern \"%s\", which is not known here"
              .formatted(allocation.file(), text),
          e);
    }
  }

  /**
   * Of several together; absent if none says.
   *
   * @throws BadInputException if two were made for different ones
   */
  static Optional<SparsityPattern> of(List<FileAllocation> allocations) {
    Optional<FileAllocation> first = Optional.empty();
    for (FileAllocation allocation : allocations) {
      Optional<SparsityPattern> pattern = of(allocation);
      if (pattern.isPresent() && first.isPresent() && !pattern.equals(of(first.get()))) {
        throw new BadInputException(
            "%s was made for the pattern %s and %s for %s; say which pattern is meant"
                .formatted(
                    first.get().file(),
                    of(first.get()).orElseThrow().describe(),
                    allocation.file(),
                    pattern.get().describe()),
            Setting.PATTERN);
      }
      first = first.or(() -> pattern.map(p -> allocation));
    }
    return first.flatMap(StoredPattern::of);
  }
}
