package dev.espalier.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.testing.TinyModel;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A language model inside of a larger one computes what it computes on its own. */
class MultimodalTest {

  private static void wrap(TinyModel model, String type, String body, String head) {
    for (String name : List.copyOf(model.tensors().keySet())) {
      String renamed =
          name.startsWith("model.") ? body + name.substring("model.".length()) : head + name;
      model.tensors().put(renamed, model.tensors().remove(name));
    }
    ObjectNode text = model.config().deepCopy();
    model.config().removeAll();
    model.config().put("model_type", type).set("text_config", text);
  }

  private static void addVision(TinyModel model, String name) {
    model.tensors().put(name, torch.ones(4, 4).retainReference());
  }

  @ParameterizedTest
  @CsvSource({
    "llava, llama_plain, language_model.model., language_model., vision_tower.x.weight",
    "llava, llama_plain, model.language_model., '', model.vision_tower.x.weight",
    "llava_next, mistral_nowindow, language_model.model., language_model., image_newline",
    "gemma3, gemma3_text, language_model.model., language_model., vision_tower.x.weight",
    "gemma3, gemma3_text_v5config, model.language_model., '', model.multi_modal_projector.x",
    "mistral3, mistral_sliding, language_model.model., language_model., vision_tower.x.weight",
    "qwen2_5_vl, qwen2_sliding_tied, model., '', visual.blocks.0.attn.qkv.weight",
    "qwen2_5_vl, qwen2_sliding_tied, model.language_model., '', model.visual.merger.weight",
  })
  void isRunWhateverItIsCalled(
      String type, String family, String body, String head, String vision) {
    try (TinyModel alone = TinyModel.family(family);
        TinyModel inside = TinyModel.family(family)) {
      wrap(inside, type, body, head);
      addVision(inside, vision);
      Tensor tokens = alone.tokens(2, 20);
      try (DecoderModel expected = alone.open();
          DecoderModel model = inside.open()) {
        Tensors.assertEqual(Tensors.logits(expected, tokens), Tensors.logits(model, tokens), 0);
        String remarks = String.join(" ", model.remarks());
        assertTrue(remarks.contains("type \"" + type + "\" only the language model"), remarks);
        assertTrue(remarks.contains("dense"), remarks);
        assertTrue(remarks.contains("left as it is: 1 tensor (\"" + vision + "\")"), remarks);
        assertTrue(
            model.description().linears(0).get(0).name().startsWith(body + "layers.0."), body);
      }
    }
  }

  /** As files of Qwen2.5-VL have it that the first versions of the library wrote. */
  @Test
  void itsConfigMayBeBesideThatOfTheRest() {
    try (TinyModel alone = TinyModel.family("qwen2_sliding_tied");
        TinyModel inside = TinyModel.family("qwen2_sliding_tied")) {
      inside.config().put("model_type", "qwen2_5_vl").putObject("vision_config").put("depth", 32);
      inside.config().putObject("rope_scaling").put("type", "mrope").putArray("mrope_section");
      Tensor tokens = alone.tokens(2, 20);
      try (DecoderModel expected = alone.open();
          DecoderModel model = inside.open()) {
        Tensors.assertEqual(Tensors.logits(expected, tokens), Tensors.logits(model, tokens), 0);
      }
    }
  }

  /** The reference library leaves out what is usual. */
  @ParameterizedTest
  @ValueSource(strings = {"hidden_size", "num_hidden_layers", "vocab_size"})
  void whatIsLeftOutInsideIsAsUsual(String key) {
    try (TinyModel inside = TinyModel.family("llama_plain")) {
      wrap(inside, "llava", "language_model.model.", "language_model.");
      ObjectNode text = (ObjectNode) inside.config().get("text_config");
      text.remove(key);
      var described = dev.espalier.model.family.ModelFamilies.describe(inside.config());
      int value =
          switch (key) {
            case "hidden_size" -> described.hiddenSize();
            case "vocab_size" -> described.vocabularySize();
            default -> described.blockCount();
          };
      assertEquals(
          key.equals("hidden_size") ? 4096 : key.equals("vocab_size") ? 32_000 : 32, value);
    }
  }
}
