package dev.espalier.model.description;

import java.util.ArrayList;
import java.util.List;

/**
 * How tokens become hidden states: projection(scale · tokens[id]) + positions[place].
 *
 * @param tokens the full name of the table, of shape [vocabularySize, features]
 * @param features of the table; the hidden size where there is no projection
 * @param scale rounded to the compute dtype before it is used
 * @param projection the full name of its weight, of shape [hiddenSize, features], or null
 * @param positions a learned embedding of positions, or null
 */
public record EmbeddingDescription(
    String tokens,
    int vocabularySize,
    int features,
    double scale,
    String projection,
    LearnedPositions positions) {

  /** Only a table. */
  public static EmbeddingDescription of(String tokens, int vocabularySize, int hiddenSize) {
    return new EmbeddingDescription(tokens, vocabularySize, hiddenSize, 1, null, null);
  }

  /** The same with another scale. */
  public EmbeddingDescription times(double factor) {
    return new EmbeddingDescription(
        tokens, vocabularySize, features, factor, projection, positions);
  }

  /** The same with its table under another name. */
  EmbeddingDescription named(String name) {
    return new EmbeddingDescription(name, vocabularySize, features, scale, projection, positions);
  }

  List<TensorShape> tensors(int hiddenSize) {
    List<TensorShape> tensors = new ArrayList<>();
    tensors.add(TensorShape.of(tokens, vocabularySize, features));
    if (projection != null) {
      tensors.add(TensorShape.of(projection, hiddenSize, features));
    }
    if (positions != null) {
      tensors.add(TensorShape.of(positions.table(), positions.rows(), hiddenSize));
    }
    return tensors;
  }

  /**
   * A row for each position, some rows at the beginning left out.
   *
   * @param table its full name; of shape [rows, hiddenSize]
   * @param first the row of position 0
   */
  public record LearnedPositions(String table, int rows, int first) {}
}
