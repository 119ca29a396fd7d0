package dev.espalier.model.layer;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.device.NativeMemory;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A linear map y = x·weightᵀ + bias of a loaded block. Its tensors belong to the block. */
public final class Linear {
  private final String name;
  private final LinearInput input;
  private final Tensor weight;
  private final Tensor bias;

  Linear(String name, LinearInput input, Tensor weight, Tensor bias) {
    this.name = name;
    this.input = input;
    this.weight = weight;
    this.bias = bias;
    input.addReader(this);
  }

  /** The full name of its weight in the checkpoint. */
  public String name() {
    return name;
  }

  /** The input it reads, perhaps together with other linears. */
  public LinearInput input() {
    return input;
  }

  /**
   * [out, in], contiguous, in the compute dtype. To be pruned in place: the block's next run uses
   * whatever it holds. Valid until the block is closed; the checkpoint is never affected.
   */
  public Tensor weight() {
    return weight;
  }

  /** Computes [..., out] from x [..., in]. The result is the caller's. */
  public Tensor apply(Tensor x) {
    return NativeMemory.compute(
        () ->
            torch.linear(
                x, weight, bias == null ? new TensorOptional() : new TensorOptional(bias)));
  }

  /**
   * @throws BadInputException if a weight is NaN or infinite
   */
  public void requireFinite() {
    requireFinite(name, weight);
  }

  /**
   * Looks at all of them, on their common device, and waits for it once.
   *
   * @throws BadInputException if a weight is NaN or infinite
   */
  public static void requireFinite(List<Linear> linears) {
    try (PointerScope scope = new PointerScope()) {
      TensorVector finite = new TensorVector();
      linears.forEach(linear -> finite.push_back(linear.weight.isfinite().all()));
      if (!torch.stack(finite).all().item_bool()) {
        linears.forEach(Linear::requireFinite);
      }
    }
  }

  /**
   * @param name of the weights, for people
   * @throws BadInputException if a weight is NaN or infinite
   */
  public static void requireFinite(String name, Tensor weights) {
    try (PointerScope scope = new PointerScope()) {
      if (!weights.isfinite().all().item_bool()) {
        boolean narrow = weights.scalar_type().intern() == ScalarType.Half;
        String problem = name + " has weights that are NaN or infinite; ";
        throw narrow
            ? new BadInputException(
                problem
                    + "choose a wider compute dtype than float16, or fetch the checkpoint again",
                Setting.COMPUTE_DTYPE)
            : new BadInputException(problem + "the checkpoint is damaged, fetch it again");
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
