package dev.espalier.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TokenWindowsTest {
  private final int[][] ids = {{1, 2, 3}, {0, 65_536, Integer.MAX_VALUE}};

  @Test
  void sayWhatTheyAre() {
    TokenWindows windows = new TokenWindows(ids, "here");
    assertEquals(2, windows.count());
    assertEquals(3, windows.seqLen());
    assertEquals("here", windows.source());
    assertEquals("2 windows of 3 tokens from here", windows.toString());
    assertArrayEquals(ids[1], windows.window(1));
  }

  @Test
  void theDigestIsThatOfLittleEndianInts() {
    // hashlib.sha256(struct.pack('<6i', 1, 2, 3, 0, 65536, 2**31 - 1)).hexdigest()
    assertEquals(
        "8390deb86c99fe39c2d1b7a84d72764e3f4a76033e38d3b43589195b22147360",
        new TokenWindows(ids, "here").digest());
  }

  @Test
  void nothingChangesThem() {
    TokenWindows windows = new TokenWindows(ids, "here");
    ids[0][0] = 9;
    windows.window(0)[1] = 9;
    assertArrayEquals(new int[] {1, 2, 3}, windows.window(0));
  }

  @Test
  void canBeLimited() {
    TokenWindows windows = new TokenWindows(ids, "here");
    assertEquals("1 window of 3 tokens from here", windows.first(1).toString());
    assertEquals(windows.digest(), windows.first(2).digest());
  }

  @Test
  void areNeverEmptyOrRagged() {
    assertThrows(IllegalArgumentException.class, () -> new TokenWindows(new int[0][], "x"));
    assertThrows(IllegalArgumentException.class, () -> new TokenWindows(new int[2][0], "x"));
    assertThrows(
        IllegalArgumentException.class, () -> new TokenWindows(new int[][] {{1}, {1, 2}}, "x"));
  }
}
