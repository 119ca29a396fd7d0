package dev.espalier.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.device.ComputeDevice;
import dev.espalier.device.Placement;
import dev.espalier.testing.Samples;
import dev.espalier.testing.TinyModel;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class DecoderModelTest {
  private static final String UP = "model.layers.2.mlp.up_proj.weight";
  @AutoClose private final TinyModel fixture = TinyModel.family("llama_plain");

  private String refusal() {
    return assertThrows(BadInputException.class, fixture::open).getMessage();
  }

  @Test
  void aMissingTensorIsNamed() {
    fixture.tensors().remove(UP).close();
    assertTrue(refusal().contains("no tensor \"" + UP + "\""), refusal());
  }

  @Test
  void anUntiedHeadMustBeThere() {
    fixture.tensors().remove("lm_head.weight").close();
    assertTrue(refusal().contains("no tensor \"lm_head.weight\""), refusal());
    fixture.config().put("tie_word_embeddings", true);
    fixture.open().close();
  }

  @Test
  void aBiasThatTheConfigCallsForMustBeThere() {
    fixture.config().put("attention_bias", true);
    assertTrue(refusal().contains("model.layers.0.self_attn.q_proj.bias"), refusal());
  }

  @Test
  void aWrongShapeIsNamedWithBothShapes() {
    fixture.tensors().put(UP, torch.zeros(72, 31));
    String message = refusal();
    assertTrue(
        message.contains(UP) && message.contains("[72, 31]") && message.contains("[72, 32]"),
        message);
  }

  @Test
  void weightsMustBeFloats() {
    fixture.tensors().put(UP, torch.zeros(72, 32).to(ScalarType.Char));
    assertTrue(refusal().contains(UP) && refusal().contains("stored as I8"), refusal());
  }

  @Test
  void tokensMustBeInTheVocabulary() {
    try (DecoderModel model = fixture.open()) {
      for (long token : new long[] {-1, 160}) {
        Tensor ids = Tensor.create(new long[] {3, token}, 1, 2);
        assertThrows(BadInputException.class, () -> model.embed(ids));
      }
    }
  }

  @Test
  void blocksAreNumberedFromZero() {
    try (DecoderModel model = fixture.open()) {
      assertEquals(3, model.blockCount());
      assertThrows(IndexOutOfBoundsException.class, () -> model.loadBlock(3));
      assertThrows(IndexOutOfBoundsException.class, () -> model.loadBlock(-1));
    }
  }

  @Test
  void placementsAreChecked() {
    assertThrows(
        BadInputException.class, () -> new Placement(ScalarType.Double, ComputeDevice.CPU));
  }

  @Test
  void newRotaryKeysComputeTheSame() {
    try (TinyModel rope = TinyModel.family("llama3_rope");
        DecoderModel old = rope.open()) {
      ObjectNode parameters = rope.config().putObject("rope_parameters");
      parameters.setAll((ObjectNode) rope.config().remove("rope_scaling"));
      parameters.set("rope_theta", rope.config().remove("rope_theta"));
      try (DecoderModel renewed = rope.open()) {
        assertEquals(old.description(), renewed.description());
        Tensor tokens = rope.tokens(1, 25);
        Tensors.assertEqual(Tensors.logits(old, tokens), Tensors.logits(renewed, tokens), 0);
      }
    }
  }

  @Test
  void longerSequencesMayFollowShorterOnes() {
    try (DecoderModel model = fixture.open();
        DecoderModel fresh = fixture.open()) {
      Tensors.logits(model, fixture.tokens(1, 5)).close();
      Tensor tokens = fixture.tokens(1, 40);
      Tensors.assertEqual(Tensors.logits(fresh, tokens), Tensors.logits(model, tokens), 0);
    }
  }

  @Test
  void theSampleModelRuns() {
    try (TinyModel sample = TinyModel.read(Samples.MODEL);
        DecoderModel model = sample.open()) {
      assertEquals(10, model.blockCount());
      Tensor logits = Tensors.logits(model, sample.tokens(2, 64));
      assertArrayEquals(new long[] {2, 64, 4096}, logits.shape());
      assertTrue(logits.isfinite().all().item_bool());
    }
  }
}
