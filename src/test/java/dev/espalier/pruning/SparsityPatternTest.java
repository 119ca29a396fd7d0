package dev.espalier.pruning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.pruning.SparsityPattern.NofM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparsityPatternTest {
  @Test
  void readsBothSensesOfNofM() {
    assertEquals(new NofM(1, 4), SparsityPattern.parse("1:4", false));
    assertEquals(new NofM(3, 4), SparsityPattern.parse("1:4", true));
    assertEquals(SparsityPattern.parse("2:4", true), SparsityPattern.parse("2:4", false));
    assertSame(SparsityPattern.UNSTRUCTURED, SparsityPattern.parse("unstructured", true));
  }

  @Test
  void saysWhatIsKeptAndWhatIsRemoved() {
    NofM pattern = new NofM(1, 4);
    assertEquals("1:4 (1 of 4 kept, 3 removed)", pattern.describe());
    assertEquals(0.75, pattern.sparsity());
    assertEquals("unstructured", SparsityPattern.UNSTRUCTURED.describe());
    assertEquals(
        "N:8 (each block or linear keeps its own N of 8)", new SparsityPattern.Mixed(8).describe());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0:4",
        "4:4",
        "5:4",
        "0:0",
        "1:1",
        "1:65",
        "999999999:999999999",
        "2:999999999",
        "N:1",
        "N:65"
      })
  void impossiblePatternsAreNamedAsTheyWereWritten(String text) {
    for (boolean countsRemoved : new boolean[] {false, true}) {
      var e =
          assertThrows(BadInputException.class, () -> SparsityPattern.parse(text, countsRemoved));
      assertTrue(e.getMessage().contains("the pattern " + text + " is"), e::getMessage);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2",
        "2:",
        ":4",
        "2:4:8",
        "-2:4",
        " 2:4",
        "2/4",
        "9999999999:4",
        "Unstructured"
      })
  void otherTextsAreNotKnown(String text) {
    var e = assertThrows(BadInputException.class, () -> SparsityPattern.parse(text, false));
    assertTrue(e.getMessage().contains("\"" + text + "\" is not known"), e::getMessage);
  }
}
