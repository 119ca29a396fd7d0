package dev.espalier.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.Progress;
import dev.espalier.kernels.Rounding;
import dev.espalier.pruning.BlockResult;
import dev.espalier.pruning.LinearError;
import dev.espalier.pruning.LinearResult;
import dev.espalier.pruning.SparseGptPruning;
import dev.espalier.pruning.SparsityPattern;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ZeroWarningsTest {
  /** A linear of 1000 weights, 700 of which were to go. */
  private static LinearResult linear(String name, long before, long dead, long zeros, long kept) {
    return new LinearResult(
        name,
        10,
        100,
        0.7,
        new LinearResult.Before(before, dead, 0, false),
        zeros,
        kept,
        new LinearError(LinearError.Measure.OUTPUT, 0.1, 0.01),
        1);
  }

  private static List<String> told(LinearResult... linears) {
    var settings =
        new PruningSettings(
            new SparseGptPruning(), SparsityPattern.UNSTRUCTURED, 0.7, Rounding.EXACT);
    RecordedNotes notes = new RecordedNotes(Progress.NONE);
    ZeroWarnings.tell(
        settings, Stream.of(linears).map(l -> new BlockResult(0, List.of(l))).toList(), notes);
    return Stream.concat(notes.warnings().stream(), notes.notes().stream()).toList();
  }

  @Test
  void whatIsAsAskedForIsNotTold() {
    assertEquals(List.of(), told(linear("a", 0, 0, 700, 0), linear("b", 600, 0, 701, 600)));
  }

  @Test
  void whatCameBackIsCounted() {
    assertEquals(
        List.of(
            "100 of the 800 weights that were zero are not any more (12.50 %): sparsegpt,"
                + " unstructured, has set them anew; it does not where zeros are kept."),
        told(linear("a", 800, 0, 700, 700), linear("b", 0, 0, 700, 0)));
  }

  @Test
  void whatWasSparserStaysSo() {
    assertEquals(
        List.of(
            "a, b are sparser than asked for: 85.00 % of their weights are zero in place of"
                + " 70.00 %; 82.50 % were before."),
        told(linear("a", 900, 0, 900, 900), linear("b", 750, 0, 800, 750)));
  }

  @Test
  void deadInputsAreNoZerosOfTheModel() {
    assertEquals(
        List.of(
            "a is sparser than asked for: 80.00 % of its weights are zero in place of 70.00 %;"
                + " 0.00 % were before.",
            "Input features that were zero in all calibration windows: 80 of the 100 of a."),
        told(linear("a", 0, 80, 800, 0)));
  }

  @Test
  void anEmptiedLinearIsNamed() {
    List<String> told = told(linear("a", 0, 100, 1000, 0), linear("b", 1000, 0, 1000, 1000));
    assertEquals(
        "1 linear is left without a weight that is not zero: a, whose input was zero in all"
            + " calibration windows.",
        told.get(1));
    assertEquals(3, told.size(), "b was empty before: " + told);
  }
}
