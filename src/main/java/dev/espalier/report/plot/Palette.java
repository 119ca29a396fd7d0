package dev.espalier.report.plot;

import java.awt.Color;

/** Colours that can be told apart on white and on black. */
public final class Palette {
  private static final int[] COLOURS = {
    0x4477aa, 0xee7733, 0x229954, 0xcc3366, 0x9966cc, 0x33aabb, 0xb8860b, 0x888888
  };

  private Palette() {}

  /** As in style sheets, such as {@code #4477aa}; of more than eight, colours repeat. */
  public static String css(int index) {
    return "#%06x".formatted(COLOURS[index % COLOURS.length]);
  }

  static Color colour(int index) {
    return new Color(COLOURS[index % COLOURS.length]);
  }
}
