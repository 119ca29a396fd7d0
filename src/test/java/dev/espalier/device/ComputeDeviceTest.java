package dev.espalier.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bytedeco.pytorch.Device;
import org.junit.jupiter.api.Test;

class ComputeDeviceTest {
  @Test
  void libtorchIsToldTheNumberOfACudaDevice() {
    for (int ordinal : new int[] {0, 1, 15}) {
      ComputeDevice cuda = new ComputeDevice(ordinal);
      try (Device device = cuda.torch()) {
        assertTrue(cuda.isCuda());
        assertTrue(device.is_cuda());
        assertEquals(ordinal, device.index());
        assertEquals(cuda.toString(), device.str().getString());
      }
    }
  }

  @Test
  void theCpuHasNoNumber() {
    assertFalse(ComputeDevice.CPU.isCuda());
    try (Device device = ComputeDevice.CPU.torch()) {
      assertTrue(device.is_cpu());
      assertFalse(device.has_index());
      assertEquals("cpu", device.str().getString());
    }
    assertEquals("cpu", ComputeDevice.CPU.toString());
  }

  @Test
  void refusesNumbersThatLibtorchCannotHold() {
    assertThrows(IllegalArgumentException.class, () -> new ComputeDevice(-2));
    assertThrows(IllegalArgumentException.class, () -> new ComputeDevice(128));
  }
}
