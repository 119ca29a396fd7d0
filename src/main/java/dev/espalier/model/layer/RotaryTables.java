package dev.espalier.model.layer;

import dev.espalier.device.Placement;
import dev.espalier.model.description.RotaryDescription;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The rotary tables of a model: blocks that are described alike share one. Blocks may be loaded by
 * another thread than the one that runs them.
 */
public final class RotaryTables implements AutoCloseable {
  private final Map<RotaryDescription, RotaryTable> tables = new ConcurrentHashMap<>();
  private final Placement placement;

  /** None yet; they will be where the model computes. */
  public RotaryTables(Placement placement) {
    this.placement = placement;
  }

  RotaryTable of(RotaryDescription rotary) {
    return tables.computeIfAbsent(rotary, key -> new RotaryTable(key, placement));
  }

  /** Frees the tables. */
  @Override
  public void close() {
    tables.values().forEach(RotaryTable::close);
  }
}
