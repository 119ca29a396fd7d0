package dev.espalier.model;

import org.bytedeco.pytorch.Tensor;

/**
 * The tensors of a checkpoint, by name: all that a model needs of it. Safe for use by several
 * threads, as a model's next block may be loaded while the current one is at work.
 */
public interface WeightSource {

  /** Whether the checkpoint has a tensor of this name. */
  boolean contains(String name);

  /**
   * The tensor of this name, on the CPU, in the dtype of the file. The source owns it: it may be a
   * view of a memory map, so it must be neither modified nor closed.
   */
  Tensor tensor(String name);
}
