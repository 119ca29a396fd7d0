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
    this.hasEmbedding = names.contains(decoder.embedding());
    this.hasHead = names.contains(decoder.head());
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
    return decoder.tiedHead() ? head.tied(remarks) : head.untied(remarks);
  }

  private DecoderDescription tied(Consumer<String> remarks) {
    if (hasHead && !hasEmbedding) {
      return decoder.withEmbedding(decoder.head(), true);
    }
    if (hasHead && !sameTensor()) {
      remarks.accept(
          ("config.json ties the head to the embedding (\"tie_word_embeddings\"), so \"%s\" of the"
                  + " checkpoint, which differs from \"%s\", is not used, as in other loaders.")
              .formatted(decoder.head(), decoder.embedding()));
    }
    return decoder;
  }

  private DecoderDescription untied(Consumer<String> remarks) {
    boolean alias =
        hasEmbedding
            ? decoder.embedding().equals(weights.aliases().get(decoder.head()))
            : decoder.head().equals(weights.aliases().get(decoder.embedding()));
    if (alias && hasEmbedding != hasHead) {
      String only = hasEmbedding ? decoder.embedding() : decoder.head();
      remarks.accept(
          "The checkpoint's metadata say that \"%s\" is embedding and head; it is used as both."
              .formatted(only));
      return decoder.withEmbedding(only, true);
    }
    if (hasEmbedding && !weights.contains(decoder.head()) && hasRest()) {
      throw new BadInputException(
          ("The checkpoint has no head: no tensor \"%s\", which its config.json calls for, as it does"
                  + " not tie the head to the embedding. If they are one in this model, say"
                  + " \"tie_word_embeddings\": true in config.json; otherwise this is a base model or"
                  + " one for another task, so take the one for causal language modelling.")
              .formatted(decoder.head()));
    }
    if (hasHead && !weights.contains(decoder.embedding()) && hasRest()) {
      throw new BadInputException(
          ("The checkpoint has no embedding: no tensor \"%s\", which its config.json calls for. If"
                  + " \"%s\" is both in this model, say \"tie_word_embeddings\": true in config.json.")
              .formatted(decoder.embedding(), decoder.head()));
    }
    return decoder;
  }

  /** Otherwise it is not only them that are missing. */
  private boolean hasRest() {
    return weights.contains(decoder.finalNorm().weight());
  }

  private boolean sameTensor() {
    if (!weights.entry(decoder.head()).shape().equals(weights.entry(decoder.embedding()).shape())
        || !weights
            .entry(decoder.head())
            .type()
            .equals(weights.entry(decoder.embedding()).type())) {
      return false;
    }
    try (Tensor head = weights.tensor(decoder.head());
        Tensor embedding = weights.tensor(decoder.embedding())) {
      return head.equal(embedding);
    }
  }
}
