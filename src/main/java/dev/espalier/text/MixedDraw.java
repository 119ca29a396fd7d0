package dev.espalier.text;

import dev.espalier.BadInputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What was drawn from several texts, as one; each text's windows are spread over all of them. */
public final class MixedDraw {
  private final List<CalibrationDraw> draws;

  MixedDraw(List<CalibrationDraw> draws) {
    this.draws = List.copyOf(draws);
  }

  /** The calibration windows. */
  public TokenWindows windows() {
    return mixed(draws.stream().map(CalibrationDraw::windows).toList());
  }

  /**
   * Windows that share no token with the calibration windows: of each text as many as its share of
   * those, as far as it has them.
   *
   * @param limit how many windows at most
   * @throws BadInputException if nothing is left of any
   */
  public TokenWindows heldOut(int limit) {
    if (draws.size() == 1) {
      return draws.get(0).heldOut(limit);
    }
    long all = draws.stream().mapToLong(draw -> draw.windows().count()).sum();
    List<TokenWindows> left =
        draws.stream()
            .map(draw -> draw.left((int) Math.max(1, limit * draw.windows().count() / all)))
            .flatMap(Optional::stream)
            .toList();
    return left.isEmpty() ? draws.get(0).heldOut(limit) : mixed(left).first(limit);
  }

  /** A place in the middle of each equal stretch, so that any beginning has all in their shares. */
  private static TokenWindows mixed(List<TokenWindows> texts) {
    if (texts.size() == 1) {
      return texts.get(0);
    }
    record Placed(double place, int[] window) {}
    List<Placed> placed = new ArrayList<>();
    for (TokenWindows text : texts) {
      for (int i = 0; i < text.count(); i++) {
        placed.add(new Placed((i + 0.5) / text.count(), text.window(i)));
      }
    }
    placed.sort(Comparator.comparingDouble(Placed::place));
    return TokenWindows.owning(
        placed.stream().map(Placed::window).toArray(int[][]::new),
        texts.stream().map(TokenWindows::source).collect(Collectors.joining(" + ")));
  }
}
