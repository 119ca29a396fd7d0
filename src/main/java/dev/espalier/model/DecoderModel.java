package dev.espalier.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.BadInputException;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.device.CopyStream;
import dev.espalier.device.NativeMemory;
import dev.espalier.device.Placement;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.layer.BlockWeights;
import dev.espalier.model.layer.Embedding;
import dev.espalier.model.layer.Head;
import dev.espalier.model.layer.Linear;
import dev.espalier.model.layer.RotaryTables;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A decoder whose weights stay in the checkpoint until they are needed: blocks are loaded one at a
 * time, the embedding is read row by row, and the head at its first use. Running it is {@link
 * #embed}, {@link DecoderBlock#forward} for each of {@link #blocks()}, and {@link #logits}.
 *
 * <p>The weight source stays its owner's and must outlive the model.
 */
public final class DecoderModel implements AutoCloseable {
  private final DecoderDescription description;
  private final List<String> remarks;
  private final Set<Integer> finite = ConcurrentHashMap.newKeySet();
  private final WeightSource weights;
  private final Placement placement;
  private final RotaryTables rotary;
  private final CopyStream copies;
  private final Embedding embedding;
  private final Head head;

  private DecoderModel(Reconciled model, WeightSource weights, Placement placement) {
    this.description = model.description();
    this.remarks = model.remarks();
    this.weights = weights;
    this.placement = placement;
    this.rotary = new RotaryTables(placement);
    this.embedding = new Embedding(description.embedding(), placement, weights::tensor);
    this.head = new Head(description.head(), placement, weights::tensor, embedding);
    this.copies = placement.device().isCuda() ? new CopyStream(placement.device()) : null;
  }

  /**
   * Joins a config.json and its weights. Accounts for every tensor of either; of those that are
   * read, checks shape and dtype, and embedding, norms and head for NaN. Copies none.
   *
   * @throws BadInputException if the model is not supported or its weights do not fit
   */
  public static DecoderModel open(JsonNode config, WeightSource weights, Placement placement) {
    Reconciled model = Reconciled.of(config, weights);
    WeightCheck.requireFinite(model.description(), weights);
    return new DecoderModel(model, weights, placement);
  }

  /**
   * The same model with the weights of another checkpoint, which must outlive it. Close it.
   *
   * @throws BadInputException if those do not fit
   */
  public DecoderModel with(WeightSource others) {
    WeightCheck.run(description, others);
    return new DecoderModel(new Reconciled(description, remarks), others, placement);
  }

  /** What was decided where config.json and the checkpoint leave something open, for people. */
  public List<String> remarks() {
    return remarks;
  }

  /** The checkpoint's tensors. */
  public WeightSource weights() {
    return weights;
  }

  /** What the model is made of. */
  public DecoderDescription description() {
    return description;
  }

  /** Where and in which dtype blocks are loaded and hidden states are computed. */
  public Placement placement() {
    return placement;
  }

  /** How many blocks it has. */
  public int blockCount() {
    return description.blockCount();
  }

  /**
   * Copies the weights of a block to the model's device, in the compute dtype. Close it.
   *
   * @throws BadInputException if the checkpoint has weights for it that are not finite
   */
  public DecoderBlock loadBlock(int index) {
    Objects.checkIndex(index, blockCount());
    if (finite.add(index)) {
      description.linears(index).forEach(linear -> FiniteWeights.require(linear.name(), weights));
    }
    return loadBlock(index, weights);
  }

  /** {@link #loadBlock(int)} with the weights of another checkpoint of the same architecture. */
  public DecoderBlock loadBlock(int index, WeightSource others) {
    Objects.checkIndex(index, blockCount());
    BlockDescription block = description.blocks().get(index);
    return new DecoderBlock(block, BlockWeights.load(block, others, placement), rotary);
  }

  /** All blocks, each loaded when its turn comes. */
  public BlockStream blocks() {
    return blocks(this::loadBlock);
  }

  /**
   * All blocks, as {@code loader} makes them of their numbers. On a CUDA device the next one is
   * copied there, by another thread, while the current one is at work: two are in memory then. On
   * the CPU, where the copy would compete with the work for the same cores, it is one at a time.
   */
  public BlockStream blocks(IntFunction<DecoderBlock> loader) {
    return copies == null
        ? BlockStream.onDemand(blockCount(), loader)
        : BlockStream.ahead(blockCount(), index -> copies.run(() -> loader.apply(index)));
  }

  /** The dtype in which the checkpoint holds the weight of this linear. */
  public ScalarType storedDtype(Linear linear) {
    return weights.entry(linear.name()).dtype().scalarType();
  }

  /**
   * Looks tokens up, the first of a row at position 0.
   *
   * @param tokenIds [batch, length], int64, on any device
   * @return [batch, length, hidden], the caller's
   * @throws BadInputException if a token is outside of the model's vocabulary
   */
  public Tensor embed(Tensor tokenIds) {
    return NativeMemory.compute(
        () -> {
          Tensor ids = tokenIds.cpu();
          requireToken(ids.min().item_long());
          requireToken(ids.max().item_long());
          return embedding.apply(ids);
        });
  }

  /**
   * @throws BadInputException if the token is outside of the model's vocabulary
   */
  public void requireToken(long id) {
    if (id < 0 || id >= description.vocabularySize()) {
      throw new BadInputException(
          ("The token %d is outside of the model's vocabulary of %d; "
                  + "use the tokenizer that came with the model.")
              .formatted(id, description.vocabularySize()));
    }
  }

  /**
   * Applies the final normalisation and the head, all of it at once.
   *
   * @param hidden [batch, length, hidden], what the last block returned
   * @return [batch, length, vocabulary] in the compute dtype, the caller's
   */
  public Tensor logits(Tensor hidden) {
    return NativeMemory.compute(() -> logits(normalized(hidden), 0, description.vocabularySize()));
  }

  /**
   * What the head's weight is applied to: the final normalisation of what the last block returned,
   * projected where the model projects it; the caller's.
   */
  public Tensor normalized(Tensor hidden) {
    return head.normalized(hidden);
  }

  /**
   * Applies a part of the head. On a CUDA device the first call loads all of it, which then stays
   * until the model is closed; on the CPU it is no more in memory than this part, and that only
   * where the checkpoint has another dtype.
   *
   * @param normalized [..., features], of {@link #normalized}
   * @param first the first token of the vocabulary that is asked for
   * @param count how many
   * @return [..., count] in the compute dtype, the caller's
   */
  public Tensor logits(Tensor normalized, long first, long count) {
    return head.logits(normalized, first, count);
  }

  /**
   * Checks what the model is made of beside its blocks, as it is stored.
   *
   * @throws BadInputException naming the embedding or the head if a weight of it is not finite
   */
  public void requireFiniteEnds() {
    embedding.requireFinite();
    head.requireFinite();
  }

  /** Frees the embedding, the head and the rotary tables. */
  @Override
  public void close() {
    rotary.close();
    if (copies != null) {
      copies.close();
    }
    head.close();
    embedding.close();
  }
}
