package dev.espalier.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.device.ComputeDevice;
import dev.espalier.device.Placement;
import dev.espalier.model.layer.Linear;
import dev.espalier.testing.TinyModel;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Orders of norms and sums of which no fixture tells, put together by hand. */
class TopologyTest {
  private PointerScope scope;

  @BeforeEach
  void open() {
    scope = new PointerScope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static Tensor random(long... shape) {
    torch.manual_seed(3);
    return torch.randn(shape).mul(new Scalar(0.3)).retainReference();
  }

  private static Tensor layerNorm(TinyModel model, String module, Tensor x) {
    return torch.layer_norm(
        x,
        new long[] {x.size(-1)},
        new TensorOptional(model.tensors().get(module + ".weight")),
        new TensorOptional(model.tensors().get(module + ".bias")),
        1e-5,
        true);
  }

  /** What its linears read, flattened, by the names of their inputs. */
  private static Map<String, Tensor> observed(DecoderBlock block, Tensor hidden) {
    Map<String, Tensor> seen = new HashMap<>();
    block.observe(hidden, (input, x) -> seen.put(input.name(), x.clone()));
    return seen;
  }

  private static Linear linear(DecoderBlock block, String end) {
    return block.linears().stream()
        .filter(one -> one.name().endsWith(end + ".weight"))
        .findFirst()
        .orElseThrow();
  }

  /** OPT's of 350 million weights. */
  @Test
  void normsMayComeAfterTheSums() {
    try (TinyModel fixture = TinyModel.family("opt")) {
      fixture.config().put("do_layer_norm_before", false);
      fixture.tensors().keySet().removeIf(name -> name.contains("decoder.final_layer_norm"));
      try (DecoderModel model = fixture.open();
          DecoderBlock block = model.loadBlock(1)) {
        Tensor hidden = model.embed(fixture.tokens(2, 20));
        Map<String, Tensor> seen = observed(block, hidden);
        Tensor x = hidden.view(-1, 32);
        Tensors.assertEqual(x, seen.get("attention"), 0);
        Tensor added = linear(block, "out_proj").apply(seen.get("attention_output"));
        String module = "model.decoder.layers.1.";
        Tensor between = layerNorm(fixture, module + "self_attn_layer_norm", x.add(added));
        Tensors.assertEqual(between, seen.get("mlp"), 1e-5);
        Tensor sum = between.add(linear(block, "fc2").apply(seen.get("mlp_output")));
        Tensor expected = layerNorm(fixture, module + "final_layer_norm", sum);
        Tensors.assertEqual(expected, block.forward(hidden).view(-1, 32), 1e-5);
      }
    }
  }

  @Test
  void theEmbeddingMayBeOfAnotherWidth() {
    try (TinyModel fixture = TinyModel.family("opt")) {
      String decoder = "model.decoder.";
      Tensor table = random(160, 16);
      Tensor in = random(32, 16);
      Tensor out = random(16, 32);
      fixture.config().put("do_layer_norm_before", false).put("word_embed_proj_dim", 16);
      fixture.tensors().keySet().removeIf(name -> name.startsWith(decoder + "final_layer_norm"));
      fixture.tensors().put(decoder + "embed_tokens.weight", table);
      fixture.tensors().put(decoder + "project_in.weight", in);
      fixture.tensors().put(decoder + "project_out.weight", out);
      Tensor tokens = fixture.tokens(2, 20);
      try (DecoderModel model = fixture.open()) {
        Tensor places = fixture.tensors().get(decoder + "embed_positions.weight").narrow(0, 2, 20);
        Tensor expected = torch.embedding(table, tokens).matmul(in.t()).add(places);
        Tensors.assertEqual(expected, model.embed(tokens), 1e-5);
        Tensor hidden = random(2, 20, 32);
        Tensors.assertEqual(hidden.matmul(out.t()).matmul(table.t()), model.logits(hidden), 1e-5);
        assertEquals(160, model.logits(hidden).size(-1));
      }
    }
  }

  /** The small ones of the GPT-NeoX family that say so. */
  @Test
  void partsSideBySideMayAlsoFollowEachOther() {
    try (TinyModel fixture = TinyModel.family("gpt_neox")) {
      fixture.config().put("use_parallel_residual", false);
      try (DecoderModel model = fixture.open();
          DecoderBlock block = model.loadBlock(1)) {
        Tensor hidden = model.embed(fixture.tokens(2, 20));
        Map<String, Tensor> seen = observed(block, hidden);
        Tensor between =
            hidden.view(-1, 48).add(linear(block, "dense").apply(seen.get("attention_output")));
        String norm = "gpt_neox.layers.1.post_attention_layernorm";
        Tensors.assertEqual(layerNorm(fixture, norm, between), seen.get("mlp"), 1e-5);
        Tensor down = linear(block, "dense_4h_to_h").apply(seen.get("mlp_output"));
        Tensors.assertEqual(between.add(down), block.forward(hidden).view(-1, 48), 1e-5);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.espalier.testing.TinyModel#families")
  void sixteenBitsStayClose(String family) {
    try (TinyModel fixture = TinyModel.family(family);
        DecoderModel exact = fixture.open()) {
      Tensor tokens = fixture.tokens(2, 30);
      Tensor expected = Tensors.logits(exact, tokens);
      double size = expected.abs().mean().item_double();
      for (ScalarType dtype : new ScalarType[] {ScalarType.BFloat16, ScalarType.Half}) {
        try (DecoderModel low = fixture.open(new Placement(dtype, ComputeDevice.CPU))) {
          Tensor logits = Tensors.logits(low, tokens);
          double error = logits.sub(expected).abs().mean().item_double() / size;
          assertTrue(error < (dtype == ScalarType.Half ? 0.01 : 0.08), family + " " + error);
        }
      }
    }
  }

  /** One text at a time and all together are the same, whichever way attention goes. */
  @ParameterizedTest
  @MethodSource("dev.espalier.testing.TinyModel#families")
  void textsOfABatchAreIndependent(String family) {
    try (TinyModel fixture = TinyModel.family(family);
        DecoderModel model = fixture.open()) {
      Tensor tokens = fixture.tokens(3, 25);
      Tensor together = Tensors.logits(model, tokens);
      Tensor alone = Tensors.logits(model, tokens.narrow(0, 1, 1));
      Tensors.assertEqual(together.narrow(0, 1, 1), alone, 1e-4);
    }
  }
}
