package dev.espalier.checkpoint;

import dev.espalier.BadInputException;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * The tensors of a checkpoint, by name: all that a model needs of it. Safe for use by several
 * threads, as a model's next block may be loaded while the current one is at work.
 */
public interface WeightSource {

  /** The names of all tensors, read or not. */
  Set<String> names();

  /** Whether the checkpoint should have a tensor of this name. */
  default boolean contains(String name) {
    return names().contains(name);
  }

  /** Names that the checkpoint has no tensor of, but says which of its own stands for them. */
  default Map<String, String> aliases() {
    return Map.of();
  }

  /**
   * Type and shape of the tensor of this name, which is not read for it.
   *
   * @throws BadInputException if there is none of that name
   */
  TensorEntry entry(String name);

  /**
   * The tensor of this name, on the CPU, in the dtype of the file. It may be a view of a memory
   * map, or of memory that is the source's, so it must not be modified; it may be a copy, too, so
   * the caller, or the caller's {@code PointerScope}, closes it, before the source is closed.
   *
   * @throws BadInputException if there is none of that name
   */
  Tensor tensor(String name);
}
