package dev.espalier.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class HostMemoryTest {
  private static final long GIB = 1L << 30;

  @Test
  @EnabledOnOs(OS.LINUX)
  void thisMachineHasSome() {
    long available = HostMemory.available();
    assertTrue(available > GIB / 16 && available <= ProcFile.MEMINFO.bytes("MemTotal"));
  }

  @Test
  void aContainersLimitCountsWhateverTheMachineHas() {
    assertEquals(100 * GIB, HostMemory.available(900 * GIB, 128 * GIB, 28 * GIB));
    assertEquals(0, HostMemory.available(900 * GIB, 128 * GIB, 130 * GIB));
    assertEquals(60 * GIB, HostMemory.available(60 * GIB, 1000 * GIB, 28 * GIB));
  }
}
