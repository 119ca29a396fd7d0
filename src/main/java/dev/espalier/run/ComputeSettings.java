package dev.espalier.run;

import dev.espalier.checkpoint.Dtype;
import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.device.ComputeDevice;
import dev.espalier.device.Placement;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where and in which precision to run a model.
 *
 * @param dtype absent for the checkpoint's own on a CUDA device, and float32 on the CPU
 */
public record ComputeSettings(ComputeDevice device, Optional<ScalarType> dtype) {
  /** With float32 where the checkpoint's type is none to compute in. */
  Placement placement(ModelFolder folder) {
    return new Placement(dtype.orElseGet(() -> usual(folder.dtype())), device);
  }

  private ScalarType usual(Dtype stored) {
    boolean narrow = stored == Dtype.BF16 || stored == Dtype.F16;
    return device.isCuda() && narrow ? stored.scalarType() : ScalarType.Float;
  }
}
