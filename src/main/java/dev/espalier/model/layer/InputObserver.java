package dev.espalier.model.layer;

import org.bytedeco.pytorch.Tensor;

/** Sees what the linears of a block read while the block runs. */
@FunctionalInterface
public interface InputObserver {

  /**
   * Called for each input of a block, in the order in which they are computed.
   *
   * <p>The call runs without autograd and outside of the block's scopes: tensors created in it are
   * its own to close (a {@code PointerScope} does) or to keep.
   *
   * @param input which input this is
   * @param x [tokens, features], contiguous, in the compute dtype; valid during the call only, and
   *     not to be modified
   */
  void onInput(LinearInput input, Tensor x);
}
