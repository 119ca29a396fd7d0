package dev.espalier.model.description;

import java.util.List;
import java.util.stream.Stream;

/**
 * Normalisations of queries and keys before they are rotated, of each head by itself or of all
 * heads together, as their number of features says.
 */
public record HeadNorms(NormDescription query, NormDescription key) {

  /** The tensors they read. */
  public List<TensorShape> tensors() {
    return Stream.of(query.tensors(), key.tensors()).flatMap(List::stream).toList();
  }
}
