package dev.espalier.model.description;

import java.util.List;

/** How a checkpoint has the two linears that a gated feed-forward part begins with. */
public sealed interface GateUpDescription {

  /** The linears in the order in which they run. */
  List<LinearDescription> linears();

  /**
   * A linear for each.
   *
   * @param gate [intermediate, hidden]
   * @param up [intermediate, hidden]
   */
  record Separate(LinearDescription gate, LinearDescription up) implements GateUpDescription {
    @Override
    public List<LinearDescription> linears() {
      return List.of(gate, up);
    }
  }

  /**
   * One linear for both, which is pruned as the one matrix that it is.
   *
   * @param linear [2 · intermediate, hidden]: the gate's rows, then those of up
   */
  record Fused(LinearDescription linear) implements GateUpDescription {
    @Override
    public List<LinearDescription> linears() {
      return List.of(linear);
    }
  }
}
