package dev.espalier.model.family;

/**
 * What a checkpoint calls its tensors.
 *
 * @param body before the names of all tensors but the head's; empty, or up to a dot
 * @param head before the head's
 * @param stacked whether the matrices of a block's experts are one tensor
 */
record Names(String body, String head, boolean stacked) {
  Names(String body, String head) {
    this(body, head, false);
  }

  /** The same where experts are stacked. */
  Names withStacks() {
    return new Names(body, head, true);
  }

  String tensor(String name) {
    return body + name;
  }

  String block(int index) {
    return body + "layers." + index + ".";
  }
}
