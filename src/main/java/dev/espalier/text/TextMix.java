package dev.espalier.text;

import dev.espalier.BadInputException;
import dev.espalier.Plural;
import dev.espalier.Progress;
import dev.espalier.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Texts that calibration windows are drawn from, each its share of them.
 *
 * @param parts at least one
 */
public record TextMix(List<Part> parts) {
  /**
   * A text and its share.
   *
   * @param share of all windows, as its part of the sum of all shares
   */
  public record Part(TextSource text, double share) {}

  public TextMix {
    parts = List.copyOf(parts);
    Set<Path> names = new HashSet<>();
    for (Part part : parts) {
      if (!(part.share > 0) || Double.isInfinite(part.share)) {
        throw new BadInputException(
            "the share of %s is %s; it must be greater than 0".formatted(part.text, part.share),
            Setting.CALIBRATION);
      }
      if (!names.add(part.text.path())) {
        throw new BadInputException(
            part.text + " is named twice; name it once with the share of both",
            Setting.CALIBRATION);
      }
    }
    if (parts.isEmpty()) {
      throw new BadInputException("a calibration text is needed", Setting.CALIBRATION);
    }
  }

  /** Of one text alone. */
  public static TextMix of(TextSource text) {
    return new TextMix(List.of(new Part(text, 1)));
  }

  /** Those of them that are files. */
  public List<Path> files() {
    return parts.stream().flatMap(part -> part.text.file().stream()).toList();
  }

  /**
   * Draws the windows of each text as if it were alone, with the sampler's seed.
   *
   * @param sampler of all windows
   * @throws BadInputException if a text is too short for its share, or that is no window
   */
  public MixedDraw draw(WindowSampler sampler, Progress progress) {
    int[] counts = counts(sampler.samples());
    List<CalibrationDraw> draws = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      TextSource text = parts.get(i).text;
      if (counts[i] == 0) {
        throw new BadInputException(
            "of %s the share of %s is none: raise the share or the number of samples"
                .formatted(Plural.of(sampler.samples(), "window"), text),
            Setting.CALIBRATION,
            Setting.SAMPLES);
      }
      draws.add(sampler.of(counts[i]).draw(text.calibration(progress), progress));
    }
    return new MixedDraw(draws);
  }

  /** How many windows each has: the largest remainders get what rounding leaves. */
  int[] counts(int samples) {
    double sum = parts.stream().mapToDouble(Part::share).sum();
    double[] exact = parts.stream().mapToDouble(part -> samples * part.share / sum).toArray();
    int[] counts = new int[exact.length];
    int left = samples;
    for (int i = 0; i < exact.length; i++) {
      counts[i] = (int) Math.floor(exact[i] + 1e-9);
      left -= counts[i];
    }
    List<Integer> byRemainder =
        IntStream.range(0, exact.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> counts[i] - exact[i]))
            .toList();
    for (int i = 0; i < left; i++) {
      counts[byRemainder.get(i)]++;
    }
    return counts;
  }

  /** The names without folders, for what must not change when files move. */
  public String shortName() {
    return describe(text -> text.path().getFileName().toString());
  }

  private String describe(Function<TextSource, String> name) {
    return parts.size() == 1
        ? name.apply(parts.get(0).text)
        : parts.stream()
            .map(part -> name.apply(part.text) + ":" + part.share)
            .collect(Collectors.joining(","));
  }

  @Override
  public String toString() {
    return describe(TextSource::toString);
  }
}
