package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import dev.espalier.device.Placement;
import dev.espalier.model.description.HeadDescription;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Runs {@link HeadDescription} on what is stored. */
public final class Head implements AutoCloseable {
  private final HeadDescription description;
  private final Placement placement;
  private final Function<String, Tensor> stored;
  private final Embedding embedding;
  private Tensor weight;

  /**
   * @param stored finds the tensor of a name as the checkpoint has it; it stays its owner's
   * @param embedding whose table a tied head takes
   */
  public Head(
      HeadDescription description,
      Placement placement,
      Function<String, Tensor> stored,
      Embedding embedding) {
    this.description = description;
    this.placement = placement;
    this.stored = stored;
    this.embedding = embedding;
  }

  /**
   * What the weight is applied to: the final normalisation of what the last block returned,
   * projected where the model projects it; the caller's.
   */
  public Tensor normalized(Tensor hidden) {
    return NativeMemory.compute(
        () -> {
          Tensor normalized =
              description.norm() == null
                  ? hidden.alias()
                  : Norm.of(description.norm(), this::placed).apply(hidden);
          return description.projection() == null
              ? normalized
              : torch.linear(normalized, placed(description.projection()));
        });
  }

  private Tensor placed(String name) {
    return placement.view(stored.apply(name));
  }

  /**
   * Applies a part of the weight. On a CUDA device the first call loads all of it; on the CPU it is
   * no more in memory than this part, and that only where the checkpoint has another dtype.
   *
   * @param normalized [..., features], of {@link #normalized}
   * @return [..., count] in the compute dtype, the caller's
   */
  public Tensor logits(Tensor normalized, long first, long count) {
    return NativeMemory.compute(
        () -> {
          Tensor part = placement.view(weight().narrow(0, first, count));
          Tensor logits = torch.linear(normalized, part);
          if (description.isCapped()) {
            Activations.cap(description.cap(), logits);
          }
          return logits;
        });
  }

  /** On a CUDA device in the compute dtype, else as it is stored. */
  private Tensor weight() {
    if (weight == null) {
      weight =
          NativeMemory.own(
              () -> {
                Tensor all =
                    description.tied() ? embedding.table() : stored.apply(description.weight());
                return placement.device().isCuda() ? placement.view(all) : all.alias();
              });
    }
    return weight;
  }

  /**
   * @throws dev.espalier.BadInputException if it has a weight of its own and that is not finite
   */
  public void requireFinite() {
    if (!description.tied()) {
      try (Tensor own = NativeMemory.own(() -> stored.apply(description.weight()).alias())) {
        Linear.requireFinite(description.weight(), own);
      }
    }
  }

  /** Frees the weight. */
  @Override
  public void close() {
    if (weight != null) {
      weight.close();
      weight = null;
    }
  }
}
