package dev.espalier.testing;

import dev.espalier.model.description.LinearDescription;

/** Linears of which only the name and the shape matter. */
public final class Linears {
  private Linears() {}

  public static LinearDescription of(String name, long outFeatures, long inFeatures) {
    return new LinearDescription(
        name, "input", Math.toIntExact(outFeatures), Math.toIntExact(inFeatures), null);
  }
}
