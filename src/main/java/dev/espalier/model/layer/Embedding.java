package dev.espalier.model.layer;

import dev.espalier.BadInputException;
import dev.espalier.device.NativeMemory;
import dev.espalier.device.Placement;
import dev.espalier.model.description.EmbeddingDescription;
import dev.espalier.model.description.EmbeddingDescription.LearnedPositions;
import java.util.function.Function;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Runs {@link EmbeddingDescription} on what is stored. */
public final class Embedding implements AutoCloseable {
  private final EmbeddingDescription description;
  private final Placement placement;
  private final Function<String, Tensor> stored;
  private Tensor table;

  /**
   * @param stored finds the tensor of a name as the checkpoint has it; it stays its owner's
   */
  public Embedding(
      EmbeddingDescription description, Placement placement, Function<String, Tensor> stored) {
    this.description = description;
    this.placement = placement;
    this.stored = stored;
  }

  /**
   * @param ids [batch, length], int64, on the CPU
   * @return [batch, length, hidden], the caller's
   * @throws BadInputException if the text is longer than the model has positions
   */
  public Tensor apply(Tensor ids) {
    return NativeMemory.compute(
        () -> {
          // Rows first, conversion second: the whole table in float32 could be gigabytes.
          Tensor tokens = placement.view(rows(ids));
          if (description.scale() != 1) {
            tokens.mul_(rounded(tokens.scalar_type()));
          }
          Tensor hidden = description.projection() == null ? tokens : projected(tokens);
          if (description.positions() != null) {
            hidden.add_(positions(description.positions(), ids.size(1)));
          }
          return hidden;
        });
  }

  /** To a GPU they travel from page-locked memory, at the bus's full speed. */
  private Tensor rows(Tensor ids) {
    if (!placement.device().isCuda()) {
      return torch.embedding(table(), ids);
    }
    long[] shape = {ids.size(0), ids.size(1), table().size(1)};
    TensorOptions pinned = table().options().pinned_memory(new BoolOptional(true));
    Tensor rows = torch.empty(shape, pinned, null);
    torch.index_select_out(rows.view(-1, shape[2]), table(), 0, ids.flatten());
    return rows;
  }

  private Scalar rounded(ScalarType dtype) {
    return new Scalar(torch.tensor(description.scale()).to(dtype).item_double());
  }

  private Tensor projected(Tensor tokens) {
    return torch.linear(tokens, placement.view(stored.apply(description.projection())));
  }

  private Tensor positions(LearnedPositions learned, long length) {
    if (length > learned.rows() - learned.first()) {
      throw new BadInputException(
          "A text of %d tokens is longer than the model, which has %d positions; take shorter ones."
              .formatted(length, learned.rows() - learned.first()));
    }
    return placement.view(stored.apply(learned.table()).narrow(0, learned.first(), length));
  }

  /** As it is stored. Kept from its first use on: it is asked for often, and may be a copy. */
  Tensor table() {
    if (table == null) {
      table = NativeMemory.own(() -> stored.apply(description.tokens()).alias());
    }
    return table;
  }

  /**
   * @throws BadInputException if a number of the table is not finite
   */
  public void requireFinite() {
    Linear.requireFinite(description.tokens(), table());
  }

  /** Frees the table. */
  @Override
  public void close() {
    if (table != null) {
      table.close();
      table = null;
    }
  }
}
