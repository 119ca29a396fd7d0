package dev.espalier.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.forward.StatesHome.Room;
import org.junit.jupiter.api.Test;

class StatesHomeTest {
  private static final long GIB = 1L << 30;
  private static final long HOST = 100 * GIB;

  private static StatesHome onCuda(long states, long working, long free, long host) {
    return new Room(states, working, free, host).home(true);
  }

  @Test
  void onTheDeviceExactlyIfTheyFitBesideTheWork() {
    assertEquals(StatesHome.DEVICE, onCuda(6 * GIB, 4 * GIB, 10 * GIB, HOST));
    assertEquals(StatesHome.HOST, onCuda(6 * GIB + 1, 4 * GIB, 10 * GIB, HOST));
    assertEquals(StatesHome.DEVICE, onCuda(2 * GIB, 4 * GIB, 78 * GIB, HOST));
  }

  @Test
  void inHostMemoryWhereNotEvenTheWorkFits() {
    assertEquals(StatesHome.HOST, onCuda(1, 10 * GIB, 9 * GIB, HOST));
    assertEquals(StatesHome.HOST, onCuda(0, 10 * GIB, 9 * GIB, HOST));
  }

  @Test
  void inAFileWhereTheyWouldTakeMostOfTheHostsMemory() {
    assertEquals(StatesHome.HOST, onCuda(50 * GIB, 4 * GIB, 10 * GIB, HOST));
    assertEquals(StatesHome.FILE, onCuda(50 * GIB + 1, 4 * GIB, 10 * GIB, HOST));
    assertEquals(StatesHome.FILE, onCuda(Long.MAX_VALUE / 2, 10 * GIB, 80 * GIB, HOST));
  }

  @Test
  void onTheCpuInMemoryOrInAFile() {
    assertEquals(StatesHome.DEVICE, new Room(6 * GIB, 4 * GIB, 10 * GIB, 10 * GIB).home(false));
    assertEquals(StatesHome.FILE, new Room(6 * GIB + 1, 4 * GIB, 10 * GIB, 10 * GIB).home(false));
  }

  @Test
  void saysWhatWasDecidedAndWhy() {
    assertEquals(
        "The activations of 128 windows (2.0 GiB) stay on cuda:0.",
        StatesHome.DEVICE.describe("cuda:0", 128, new Room(2 * GIB, 4 * GIB, 80 * GIB, HOST)));
    assertEquals(
        "The activations of 1 window (2.0 GiB) stay on cuda:0.",
        StatesHome.DEVICE.describe("cuda:0", 1, new Room(2 * GIB, 4 * GIB, 80 * GIB, HOST)));
    Room tight = new Room(GIB / 2, 4 * GIB, 7 * GIB / 2, HOST);
    assertEquals(
        "The activations of 8 windows (512.0 MiB) stay in pinned host memory:"
            + " of cuda:1, 3.5 GiB are free, and up to 4.0 GiB are needed for the work.",
        StatesHome.HOST.describe("cuda:1", 8, tight));
    assertEquals(
        "The activations of 8 windows (512.0 MiB) stay in a file on disk:"
            + " of the memory, 3.5 GiB are free, and up to 4.0 GiB are needed for the work.",
        StatesHome.FILE.describe("cpu", 8, tight));
  }
}
