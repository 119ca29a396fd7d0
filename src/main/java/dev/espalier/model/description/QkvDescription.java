package dev.espalier.model.description;

import java.util.List;

/** How a checkpoint has the linears that make queries, keys and values of one input. */
public sealed interface QkvDescription {

  /** The linears in the order in which they run. */
  List<LinearDescription> linears();

  /**
   * A linear for each.
   *
   * @param query [heads · headDim, hidden]
   * @param key [kvHeads · headDim, hidden]
   * @param value [kvHeads · headDim, hidden]
   */
  record Separate(LinearDescription query, LinearDescription key, LinearDescription value)
      implements QkvDescription {
    @Override
    public List<LinearDescription> linears() {
      return List.of(query, key, value);
    }
  }

  /**
   * One linear for all, which is pruned as the one matrix that it is.
   *
   * @param linear [(heads + 2 · kvHeads) · headDim, hidden]
   */
  record Fused(LinearDescription linear, Rows rows) implements QkvDescription {
    @Override
    public List<LinearDescription> linears() {
      return List.of(linear);
    }
  }

  /** Whose the rows of a fused weight are. */
  enum Rows {
    /** All queries, all keys, all values. */
    BY_KIND,
    /** Query, key and value of the first head, then those of the next; as many heads of each. */
    BY_HEAD
  }
}
