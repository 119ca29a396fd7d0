package dev.espalier.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The reference agrees with the numbers of the cases, which are of float64, too. */
class ReferenceModelTest {
  /** Sums in another order: far below the 1e-4 that float32 is given. */
  private static final double TOLERANCE = 1e-10;

  static List<FamilyCase> cases() throws IOException {
    return FamilyCase.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesTheNumbersOfTheCase(FamilyCase family) throws IOException {
    JsonNode io = family.io();
    ReferenceModel model = ReferenceModel.read(family.folder());
    double[][][] hidden = model.embed(FamilyCase.tokens(io));
    assertSummary(io.get("embedding"), hidden);
    TreeSet<String> prunable = new TreeSet<>();
    for (int block = 0; block < model.blocks(); block++) {
      ReferenceBlock.Run run = model.run(block, hidden);
      hidden = run.outputs();
      prunable.addAll(run.inputs().keySet());
      assertSummary(io.get("hidden_after_block").get(block), hidden);
      assertArrayEquals(
          FamilyCase.doubles(io.get("hidden_after_block_last_position_row0").get(block)),
          hidden[0][hidden[0].length - 1],
          TOLERANCE);
    }
    assertEquals(new TreeSet<>(FamilyCase.strings(io.get("prunable"))), prunable);
    assertLogits(io, model.logits(hidden));
  }

  private static void assertSummary(JsonNode expected, double[][][] hidden) {
    double[] all =
        Arrays.stream(hidden).flatMap(Arrays::stream).flatMapToDouble(Arrays::stream).toArray();
    double mean = Arrays.stream(all).average().orElseThrow();
    double absolute = Arrays.stream(all).map(Math::abs).average().orElseThrow();
    assertEquals(expected.get("mean").doubleValue(), mean, TOLERANCE);
    assertEquals(expected.get("abs_mean").doubleValue(), absolute, TOLERANCE);
  }

  private static void assertLogits(JsonNode io, double[][][] logits) {
    JsonNode positions = io.get("logits_positions");
    for (int i = 0; i < positions.size(); i++) {
      double[] expected = FamilyCase.doubles(io.get("logits").get(i));
      assertArrayEquals(expected, logits[0][positions.get(i).intValue()], TOLERANCE);
    }
    for (int row = 0; row < logits.length; row++) {
      for (int position = 0; position < logits[row].length; position++) {
        double[] values = logits[row][position];
        double[] sums = {
          Arrays.stream(values).sum(), Arrays.stream(values).map(Math::abs).sum(),
        };
        double[] expected = FamilyCase.doubles(io.get("checksums").get(row).get(position));
        assertArrayEquals(expected, sums, values.length * TOLERANCE);
        int largest =
            IntStream.range(0, values.length)
                .reduce((a, b) -> values[b] > values[a] ? b : a)
                .orElseThrow();
        assertEquals(io.get("argmax").get(row).get(position).intValue(), largest);
      }
    }
  }
}
