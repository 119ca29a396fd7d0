package dev.espalier.model;

import dev.espalier.BadInputException;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.model.description.DecoderDescription;
import java.util.Set;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/**
 * Embedding and head as config.json ties them and as the checkpoint has them: two tensors, or one
 * under either name. Decided as current loaders do.
 */
final class TiedHead {
  private final DecoderDescription decoder;
  private final WeightSource weights;
  private final boolean hasEmbedding;
  private final boolean hasHead;

  private TiedHead(DecoderDescription decoder, WeightSource weights) {
    Set<String> names = weights.names();
    this.decoder = decoder;
    this.weights = weights;
    this.hasEmbedding = names.contains(decoder.embedding().tokens());
    this.hasHead = names.contains(decoder.head().weight());
  }

  /**
   * The decoder as the checkpoint has it.
   *
   * @param remarks hears what was decided where it decides something
   * @throws BadInputException if there is no head
   */
  static DecoderDescription reconcile(
      DecoderDescription decoder, WeightSource weights, Consumer<String> remarks) {
    TiedHead head = new TiedHead(decoder, weights);
    return decoder.head().tied() ? head.tied(remarks) : head.untied(remarks);
  }

  private DecoderDescription tied(Consumer<String> remarks) {
    if (hasHead && !hasEmbedding) {
      return decoder.tiedTo(decoder.head().weight());
    }
    if (hasHead && !sameTensor()) {
      remarks.accept(
          ("config.json ties the head to the embedding (\"tie_word_embeddings\"), so \"%s\" of the"
                  + " checkpoint, which differs from \"%s\", is not used, as in other loaders.")
              .formatted(decoder.head().weight(), decoder.embedding().tokens()));
    }
    return decoder;
  }

  private DecoderDescription untied(Consumer<String> remarks) {
    boolean alias =
        hasEmbedding
            ? decoder.embedding().tokens().equals(weights.aliases().get(decoder.head().weight()))
            : decoder.head().weight().equals(weights.aliases().get(decoder.embedding().tokens()));
    if (alias && hasEmbedding != hasHead) {
      String only = hasEmbedding ? decoder.embedding().tokens() : decoder.head().weight();
      remarks.accept(
          "The checkpoint's metadata say that \"%s\" is embedding and head; it is used as both."
              .formatted(only));
      return decoder.tiedTo(only);
    }
    if (hasEmbedding && !weights.contains(decoder.head().weight()) && hasRest()) {
      throw new BadInputException(
          ("The checkpoint has no head: no tensor \"%s\", which its config.json calls for, as it does"
                  + " not tie the head to the embedding. If they are one in this model, say"
                  + " \"tie_word_embeddings\": true in config.json; otherwise this is a base model or"
                  + " one for another task, so take the one for causal language modelling.")
              .formatted(decoder.head().weight()));
    }
    if (hasHead && !weights.contains(decoder.embedding().tokens()) && hasRest()) {
      throw new BadInputException(
          ("The checkpoint has no embedding: no tensor \"%s\", which its config.json calls for. If"
                  + " \"%s\" is both in this model, say \"tie_word_embeddings\": true in config.json.")
              .formatted(decoder.embedding().tokens(), decoder.head().weight()));
    }
    return decoder;
  }

  /** Otherwise it is not only them that are missing. */
  private boolean hasRest() {
    return decoder.blocks().get(0).tensors().stream()
        .allMatch(tensor -> weights.contains(tensor.name()));
  }

  private boolean sameTensor() {
    if (!weights
            .entry(decoder.head().weight())
            .shape()
            .equals(weights.entry(decoder.embedding().tokens()).shape())
        || !weights
            .entry(decoder.head().weight())
            .type()
            .equals(weights.entry(decoder.embedding().tokens()).type())) {
      return false;
    }
    try (Tensor head = weights.tensor(decoder.head().weight());
        Tensor embedding = weights.tensor(decoder.embedding().tokens())) {
      return head.equal(embedding);
    }
  }
}
