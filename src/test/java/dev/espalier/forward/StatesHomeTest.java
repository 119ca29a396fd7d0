package dev.espalier.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class StatesHomeTest {
  private static final long GIB = 1L << 30;

  @Test
  void onTheDeviceExactlyIfTheyFitBesideTheWork() {
    assertEquals(StatesHome.DEVICE, StatesHome.fitting(6 * GIB, 4 * GIB, 10 * GIB));
    assertEquals(StatesHome.HOST, StatesHome.fitting(6 * GIB + 1, 4 * GIB, 10 * GIB));
    assertEquals(StatesHome.DEVICE, StatesHome.fitting(2 * GIB, 4 * GIB, 78 * GIB));
  }

  @Test
  void inHostMemoryWhereNotEvenTheWorkFits() {
    assertEquals(StatesHome.HOST, StatesHome.fitting(1, 10 * GIB, 9 * GIB));
    assertEquals(StatesHome.HOST, StatesHome.fitting(0, 10 * GIB, 9 * GIB));
    assertEquals(StatesHome.HOST, StatesHome.fitting(Long.MAX_VALUE / 2, 10 * GIB, 80 * GIB));
  }

  @Test
  void saysWhatWasDecidedAndWhy() {
    assertEquals(
        "The activations of 128 windows (2.0 GiB) stay on cuda:0.",
        StatesHome.DEVICE.describe("cuda:0", 128, 2 * GIB, 4 * GIB, 80 * GIB));
    assertEquals(
        "The activations of 1 window (2.0 GiB) stay on cuda:0.",
        StatesHome.DEVICE.describe("cuda:0", 1, 2 * GIB, 4 * GIB, 80 * GIB));
    assertEquals(
        "The activations of 8 windows (512.0 MiB) stay in pinned host memory:"
            + " of cuda:1, 3.5 GiB are free, and up to 4.0 GiB are needed for the work.",
        StatesHome.HOST.describe("cuda:1", 8, GIB / 2, 4 * GIB, 7 * GIB / 2));
  }
}
