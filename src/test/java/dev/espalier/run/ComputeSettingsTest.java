package dev.espalier.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.checkpoint.Dtype;
import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.device.ComputeDevice;
import dev.espalier.device.Placement;
import dev.espalier.testing.RecordingProgress;
import dev.espalier.testing.Samples;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class ComputeSettingsTest {
  private static final ComputeDevice CUDA = new ComputeDevice(1);

  private static Placement placement(ComputeDevice device, Optional<ScalarType> dtype) {
    try (ModelFolder sample = ModelFolder.open(Samples.MODEL)) {
      assertEquals(Dtype.BF16, sample.dtype());
      return new ComputeSettings("auto", dtype, OptionalInt.empty()).placement(sample, device);
    }
  }

  @Test
  void unaskedItIsFloat32OnTheCpuAndTheCheckpointsDtypeOnCuda() {
    assertEquals(Placement.cpu(), placement(ComputeDevice.CPU, Optional.empty()));
    assertEquals(new Placement(ScalarType.BFloat16, CUDA), placement(CUDA, Optional.empty()));
  }

  @Test
  void whatIsAskedForHoldsAnywhere() {
    for (ComputeDevice device : new ComputeDevice[] {ComputeDevice.CPU, CUDA}) {
      for (ScalarType dtype : new ScalarType[] {ScalarType.Float, ScalarType.Half}) {
        assertEquals(new Placement(dtype, device), placement(device, Optional.of(dtype)));
      }
    }
  }

  @Test
  void thereAreNoMoreThreadsThanProcessors() {
    RecordingProgress heard = new RecordingProgress();
    assertEquals(3, ComputeSettings.usable(3, 4, heard));
    assertEquals(4, ComputeSettings.usable(4, 4, heard));
    assertEquals(List.of(), heard.warnings());
    assertEquals(4, ComputeSettings.usable(100_000, 4, heard));
    assertEquals(
        List.of("100000 threads are asked for, but this process has 4 processors: 4 it is."),
        heard.warnings());
  }
}
