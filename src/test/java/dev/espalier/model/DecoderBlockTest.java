package dev.espalier.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.espalier.device.ComputeDevice;
import dev.espalier.device.Placement;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.model.family.ModelFamilies;
import dev.espalier.model.layer.BlockWeights;
import dev.espalier.model.layer.Linear;
import dev.espalier.model.layer.LinearInput;
import dev.espalier.model.layer.RotaryTables;
import dev.espalier.testing.TinyModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DecoderBlockTest {
  private PointerScope scope;
  private TinyModel fixture;
  private DecoderModel model;
  private DecoderBlock block;
  private Tensor hidden;

  @BeforeEach
  void open() {
    scope = new PointerScope();
    fixture = TinyModel.family("llama_gqa_headdim_tied");
    model = fixture.open();
    block = model.loadBlock(1);
    hidden = model.embed(fixture.tokens(3, 20));
  }

  @AfterEach
  void close() {
    block.close();
    model.close();
    fixture.close();
    scope.close();
  }

  /** Copies of what an observer sees, by the name of the input. */
  private static Map<String, Tensor> observed(DecoderBlock block, Tensor hidden) {
    Map<String, Tensor> seen = new LinkedHashMap<>();
    block.observe(hidden, (input, x) -> seen.put(input.name(), x.clone()));
    return seen;
  }

  @Test
  void linearsThatReadTheSameInputShareIt() {
    assertEquals(1, block.index());
    Map<String, List<String>> readers = new LinkedHashMap<>();
    for (LinearInput input : block.inputs()) {
      List<String> names = new ArrayList<>();
      for (Linear linear : input.readers()) {
        assertSame(input, linear.input());
        assertEquals(input.features(), linear.weight().size(1));
        names.add(linear.name().replaceAll("model\\.layers\\.1\\.(.*)_proj\\.weight", "$1"));
      }
      readers.put(input.name(), names);
    }
    Map<String, List<String>> expected = new LinkedHashMap<>();
    expected.put("attention", List.of("self_attn.q", "self_attn.k", "self_attn.v"));
    expected.put("attention_output", List.of("self_attn.o"));
    expected.put("mlp", List.of("mlp.gate", "mlp.up"));
    expected.put("mlp_output", List.of("mlp.down"));
    assertEquals(expected, readers);
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(readers.keySet()));
    assertEquals(
        model.description().linears(1).stream().map(LinearDescription::name).toList(),
        block.linears().stream().map(Linear::name).toList());
  }

  @Test
  void observingSeesWhatForwardSees() {
    Map<String, Tensor> duringForward = new LinkedHashMap<>();
    Tensor output = block.forward(hidden, (input, x) -> duringForward.put(input.name(), x.clone()));
    Map<String, Tensor> seen = observed(block, hidden);
    assertEquals(
        block.inputs().stream().map(LinearInput::name).toList(), List.copyOf(seen.keySet()));
    assertEquals(List.copyOf(duringForward.keySet()), List.copyOf(seen.keySet()));
    for (LinearInput input : block.inputs()) {
      Tensor x = seen.get(input.name());
      assertArrayEquals(new long[] {60, input.features()}, x.shape());
      Tensors.assertEqual(duringForward.get(input.name()), x, 0);
    }
    Tensors.assertEqual(block.forward(hidden), output, 0);
  }

  @Test
  void observingStopsBeforeTheLastLinear() {
    block.linears().get(6).weight().close(); // whoever uses it now fails
    assertEquals(4, observed(block, hidden).size());
    assertThrows(RuntimeException.class, () -> block.forward(hidden));
  }

  @Test
  void theOutputOfTheBlockFollowsFromItsInputs() {
    Map<String, Tensor> seen = observed(block, hidden);
    List<Linear> linears = block.linears();
    Tensor rows = hidden.view(-1, 32);
    Tensor expected =
        rows.add(linears.get(3).apply(seen.get("attention_output")))
            .add(linears.get(6).apply(seen.get("mlp_output")));
    Tensors.assertEqual(expected, block.forward(hidden).view(-1, 32), 1e-5);
  }

  /** The block's steps from {@code first} to before {@code end} as a block of their own. */
  private DecoderBlock steps(int first, int end) {
    BlockDescription whole = model.description().blocks().get(1);
    BlockDescription part = new BlockDescription(1, whole.steps().subList(first, end));
    return new DecoderBlock(
        part,
        BlockWeights.load(part, fixture, model.placement()),
        new RotaryTables(model.placement()));
  }

  @Test
  void aBlockIsItsStepsOneAfterTheOther() {
    Tensor before = hidden.clone();
    try (DecoderBlock attention = steps(0, 1);
        DecoderBlock mlp = steps(1, 2)) {
      assertEquals(List.of("attention", "attention_output"), names(attention.inputs()));
      assertEquals(List.of("mlp", "mlp_output"), names(mlp.inputs()));
      Tensor between = attention.forward(hidden);
      Tensors.assertEqual(block.forward(hidden), mlp.forward(between), 0);
      Tensors.assertEqual(before, hidden, 0);
      Map<String, Tensor> seen = observed(attention, hidden);
      seen.putAll(observed(mlp, between));
      observed(block, hidden).forEach((input, x) -> Tensors.assertEqual(x, seen.remove(input), 0));
      assertEquals(Map.of(), seen);
    }
  }

  private static List<String> names(List<LinearInput> inputs) {
    return inputs.stream().map(LinearInput::name).toList();
  }

  @Test
  void noPositionSeesALaterOne() {
    Tensor whole = block.forward(hidden);
    Tensor prefix = block.forward(hidden.narrow(1, 0, 7));
    Tensors.assertEqual(whole.narrow(1, 0, 7), prefix, 1e-5);
  }

  @Test
  void rowsOfABatchAreIndependent() {
    Tensor whole = block.forward(hidden);
    Tensor row = block.forward(hidden.narrow(0, 2, 1));
    Tensors.assertEqual(whole.narrow(0, 2, 1), row, 1e-5);
  }

  @Test
  void inputIsLeftAlone() {
    Tensor before = hidden.clone();
    block.forward(hidden);
    Tensors.assertEqual(before, hidden, 0);
  }

  @Test
  void prunedWeightsTakeEffectAndTheCheckpointIsNotTouched() {
    Tensor dense = block.forward(hidden);
    Linear output = block.linears().get(3);
    Linear down = block.linears().get(6);
    output.weight().zero_();
    down.weight().zero_();
    Tensors.assertEqual(hidden, block.forward(hidden), 0);
    try (DecoderBlock again = model.loadBlock(1)) {
      Tensors.assertEqual(dense, again.forward(hidden), 0);
    }
  }

  @Test
  void biasesAreAdded() {
    fixture.config().put("attention_bias", true).put("mlp_bias", true);
    for (LinearDescription linear : ModelFamilies.describe(fixture.config()).linears(1)) {
      for (int i = 0; i < model.blockCount(); i++) {
        String name = linear.biasName().replace("layers.1", "layers." + i);
        fixture.tensors().put(name, torch.zeros(linear.outFeatures()));
      }
    }
    try (DecoderModel biased = fixture.open()) {
      try (DecoderBlock zeroBias = biased.loadBlock(1)) {
        Tensors.assertEqual(block.forward(hidden), zeroBias.forward(hidden), 0);
      }
      // A bias of all values passes unchanged through attention, whose weights add up to one.
      fixture.tensors().put("model.layers.1.self_attn.v_proj.bias", torch.ones(32));
      try (DecoderBlock valueBias = biased.loadBlock(1)) {
        Tensors.assertEqual(
            observed(block, hidden).get("attention_output").add(torch.ones(64)),
            observed(valueBias, hidden).get("attention_output"),
            1e-5);
      }
      fixture.tensors().get("model.layers.1.self_attn.v_proj.bias").zero_();
      fixture.tensors().put("model.layers.1.mlp.down_proj.bias", torch.ones(32));
      try (DecoderBlock downBias = biased.loadBlock(1)) {
        Tensors.assertEqual(
            block.forward(hidden).add(torch.ones(32)), downBias.forward(hidden), 1e-5);
      }
    }
  }

  @Test
  void lowPrecisionStaysClose() {
    float[] exact = Tensors.values(Tensors.logits(model, fixture.tokens(2, 30)));
    for (ScalarType dtype : List.of(ScalarType.BFloat16, ScalarType.Half)) {
      try (DecoderModel low = fixture.open(new Placement(dtype, ComputeDevice.CPU))) {
        Tensor logits = Tensors.logits(low, fixture.tokens(2, 30));
        assertSame(dtype, logits.scalar_type().intern());
        float[] rounded = Tensors.values(logits);
        double difference = 0;
        for (int i = 0; i < exact.length; i++) {
          difference += Math.abs(exact[i] - rounded[i]) / exact.length;
        }
        assertEquals(0, difference, dtype == ScalarType.Half ? 0.002 : 0.02);
      }
    }
  }
}
