package dev.espalier.model.layer;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.espalier.device.Placement;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.description.RotaryScaling;
import org.junit.jupiter.api.Test;

class RotaryTablesTest {
  private static RotaryDescription theta(double theta) {
    return new RotaryDescription(8, theta, new RotaryScaling.Linear(2));
  }

  @Test
  void whatIsDescribedAlikeIsOneTable() {
    try (RotaryTables tables = new RotaryTables(Placement.cpu())) {
      RotaryTable table = tables.of(theta(10_000));
      assertSame(table, tables.of(theta(10_000)));
      assertNotSame(table, tables.of(theta(20_000)));
    }
  }
}
