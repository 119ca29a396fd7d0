package dev.espalier.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.testing.TinyModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Small random models compute what the reference library's formulas say (resources/families). */
class ConformanceTest {

  @ParameterizedTest
  @MethodSource("dev.espalier.testing.TinyModel#families")
  void matchesReference(String family) throws IOException {
    JsonNode expected =
        new ObjectMapper().readTree(TinyModel.familyFolder(family).resolve("io.json").toFile());
    try (TinyModel fixture = TinyModel.family(family);
        PointerScope scope = new PointerScope();
        DecoderModel model = fixture.open()) {
      Tensor hidden = model.embed(tokens(expected.get("input_ids")));
      assertSummary(expected.get("embedding"), hidden);
      List<String> prunable = new ArrayList<>();
      for (int i = 0; i < model.blockCount(); i++) {
        try (DecoderBlock block = model.loadBlock(i)) {
          block.linears().forEach(linear -> prunable.add(linear.name()));
          hidden = block.forward(hidden);
        }
        assertSummary(expected.get("hidden_after_block").get(i), hidden);
        float[] lastOfRow0 = Tensors.values(hidden.select(0, 0).select(0, -1));
        assertClose(expected.get("hidden_after_block_last_position_row0").get(i), lastOfRow0, 1e-4);
      }
      assertEquals(sorted(strings(expected.get("prunable"))), sorted(prunable));
      assertLogits(expected, model.logits(hidden));
    }
  }

  /** Blocks run their linears in another order than the reference library lists its modules. */
  private static List<String> sorted(List<String> names) {
    return names.stream().sorted().toList();
  }

  private static void assertLogits(JsonNode expected, Tensor logits) {
    assertArrayEquals(
        doubles(expected.get("logits_shape")),
        Arrays.stream(logits.shape()).asDoubleStream().toArray());
    int length = (int) logits.size(1);
    for (int row = 0; row < logits.size(0); row++) {
      double nll = 0;
      for (int position = 0; position < length; position++) {
        float[] values = Tensors.values(logits.select(0, row).select(0, position));
        double sum = IntStream.range(0, values.length).mapToDouble(i -> values[i]).sum();
        double absolute =
            IntStream.range(0, values.length).mapToDouble(i -> Math.abs(values[i])).sum();
        JsonNode checksum = expected.get("checksums").get(row).get(position);
        assertEquals(checksum.get(0).doubleValue(), sum, 2e-3);
        assertEquals(checksum.get(1).doubleValue(), absolute, 2e-3);
        assertEquals(expected.get("argmax").get(row).get(position).intValue(), argmax(values));
        if (position + 1 < length) {
          int next = expected.get("input_ids").get(row).get(position + 1).intValue();
          nll += negativeLogLikelihood(values, next) / (length - 1);
        }
      }
      assertEquals(expected.get("next_token_nll_mean").get(row).doubleValue(), nll, 1e-4);
    }
    JsonNode positions = expected.get("logits_positions");
    for (int i = 0; i < positions.size(); i++) {
      Tensor atPosition = logits.select(0, 0).select(0, positions.get(i).longValue());
      assertClose(expected.get("logits").get(i), Tensors.values(atPosition), 1e-4);
    }
  }

  private static void assertSummary(JsonNode expected, Tensor hidden) {
    assertEquals(expected.get("mean").doubleValue(), hidden.mean().item_double(), 1e-5);
    assertEquals(expected.get("abs_mean").doubleValue(), hidden.abs().mean().item_double(), 1e-5);
  }

  private static void assertClose(JsonNode expected, float[] actual, double tolerance) {
    double[] actualDoubles =
        IntStream.range(0, actual.length).mapToDouble(i -> actual[i]).toArray();
    assertArrayEquals(doubles(expected), actualDoubles, tolerance);
  }

  private static int argmax(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  private static double negativeLogLikelihood(float[] logits, int token) {
    double sum = IntStream.range(0, logits.length).mapToDouble(i -> Math.exp(logits[i])).sum();
    return Math.log(sum) - logits[token];
  }

  private static Tensor tokens(JsonNode rows) {
    long[] ids =
        StreamSupport.stream(rows.spliterator(), false)
            .flatMap(row -> StreamSupport.stream(row.spliterator(), false))
            .mapToLong(JsonNode::longValue)
            .toArray();
    return Tensor.create(ids, rows.size(), rows.get(0).size());
  }

  private static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::doubleValue)
        .toArray();
  }

  private static List<String> strings(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::textValue).toList();
  }
}
