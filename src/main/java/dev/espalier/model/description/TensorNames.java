package dev.espalier.model.description;

/**
 * What a family calls its tensors. Those outside of blocks have their full names; those inside are
 * modules, named relative to {@code blockPrefix} and without {@code .weight}.
 *
 * @param blockPrefix a format with the block's index, such as {@code model.layers.%d.}
 * @param head the output projection; unused where it is tied to the embedding
 */
public record TensorNames(
    String embedding,
    String blockPrefix,
    AttentionNames attention,
    MlpNames mlp,
    String finalNorm,
    String head) {

  /** The modules of the attention part; {@code norm} is the one before it. */
  public record AttentionNames(
      String norm, String query, String key, String value, String output) {}

  /** The modules of the feed-forward part; {@code norm} is the one before it. */
  public record MlpNames(String norm, String gate, String up, String down) {}

  /** The full name of the weight of a module of a block. */
  public String weight(int block, String module) {
    return blockPrefix.formatted(block) + module + ".weight";
  }

  /** The full name of the bias of a module of a block. */
  public String bias(int block, String module) {
    return blockPrefix.formatted(block) + module + ".bias";
  }
}
