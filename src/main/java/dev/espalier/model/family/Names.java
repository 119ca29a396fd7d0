package dev.espalier.model.family;

/**
 * What the names of tensors begin with in a checkpoint.
 *
 * @param body before the names of all tensors but the head's; empty, or up to a dot
 * @param head before the head's
 */
record Names(String body, String head) {
  String tensor(String name) {
    return body + name;
  }

  String block(int index) {
    return body + "layers." + index + ".";
  }
}
