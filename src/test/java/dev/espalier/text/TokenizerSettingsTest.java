package dev.espalier.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What transformers 4.57 does with the same files; its code is what the cases are from. */
class TokenizerSettingsTest {
  private static final int BOS = 0;
  private static final int EOS = 1;
  private static final int[] THE = {709};

  @TempDir private Path folder;

  /** A folder with the sample's tokenizer, with or without its post-processor, which adds BOS. */
  private void write(boolean postProcessor) {
    ObjectNode tokenizer = TokenizerFolders.sample();
    if (!postProcessor) {
      tokenizer.putNull("post_processor");
    }
    TokenizerFolders.write(folder, tokenizer);
  }

  private void put(String file, String json) throws IOException {
    Files.writeString(folder.resolve(file), json.replace('\'', '"'));
  }

  /** The ids and the sentence about them. */
  private record Read(int[] ids, String remark) {}

  private Read read(String text) {
    try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.load(folder)) {
      return new Read(tokenizer.encode(text), String.join(" ", tokenizer.remarks()));
    }
  }

  private static int[] the(String ends) {
    int[] ids = new int[ends.length() + 1];
    int i = 0;
    for (char end : ends.toCharArray()) {
      if (end == 'e') {
        ids[i++] = THE[0];
        ids[i++] = EOS;
      } else {
        ids[i++] = BOS;
      }
    }
    if (!ends.contains("e")) {
      ids[i] = THE[0];
    }
    return ids;
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        // The class decides, whatever the post-processor says.
        "false, 'tokenizer_class': 'LlamaTokenizer', b",
        "false, 'tokenizer_class': 'LlamaTokenizerFast', b",
        "true,  'tokenizer_class': 'LlamaTokenizerFast', b",
        "false, `'tokenizer_class': 'LlamaTokenizer', 'add_bos_token': true`, b",
        "true,  `'tokenizer_class': 'LlamaTokenizer', 'add_bos_token': false`, ``",
        "true,  `'tokenizer_class': 'LlamaTokenizer', 'add_bos_token': null`, ``",
        "false, `'tokenizer_class': 'LlamaTokenizer', 'add_eos_token': true`, be",
        "true,  `'tokenizer_class': 'LlamaTokenizer', 'add_bos_token': 0, 'add_eos_token': true`, e",
        "false, 'tokenizer_class': 'CodeLlamaTokenizer', b",
        "false, `'tokenizer_class': 'GemmaTokenizer', 'bos_token': '<s>'`, b",
        "false, `'tokenizer_class': 'CohereTokenizerFast', 'bos_token': '<s>'`, b",
        "true,  'tokenizer_class': 'GPTNeoXTokenizer', ``",
        "false, `'tokenizer_class': 'GPTNeoXTokenizer', 'add_bos_token': true, 'bos_token': '<s>'`, b",
        "false, `'tokenizer_class': 'LlamaTokenizer', 'bos_token': {'content': '</s>'}, 'add_bos_token': false, 'add_eos_token': true`, e",
        // The post-processor decides.
        "true,  'tokenizer_class': 'PreTrainedTokenizerFast', b",
        "false, `'tokenizer_class': 'PreTrainedTokenizerFast', 'add_bos_token': true, 'bos_token': '<s>'`, ``",
        "true,  `'tokenizer_class': 'PreTrainedTokenizerFast', 'add_bos_token': false`, b",
        "true,  'tokenizer_class': 'GPT2Tokenizer', b",
        "false, `'tokenizer_class': 'Qwen2Tokenizer', 'add_bos_token': true`, ``",
        "true,  'tokenizer_class': 'MyOwnTokenizer', b",
      })
  void tokensStandAtTheEndsOfATextAsTheClassHasIt(boolean postProcessor, String config, String ends)
      throws IOException {
    write(postProcessor);
    put("tokenizer_config.json", "{" + config + "}");
    Read read = read("the");
    assertArrayEquals(the(ends == null ? "" : ends), read.ids, read.remark);
    boolean bos = read.ids[0] == BOS;
    boolean eos = read.ids[read.ids.length - 1] == EOS;
    assertTrue(
        read.remark.startsWith(
            "A text is read with %s before it and %s after it, as "
                .formatted(bos ? "BOS <s> (id 0)" : "no BOS", eos ? "EOS </s> (id 1)" : "no EOS")),
        read.remark);
  }

  @ParameterizedTest
  @CsvSource({"llama,b", "mistral,b", "qwen2,''", "gpt2,''", "olmo2,''"})
  void withoutAClassTheModelsTypeTells(String modelType, String ends) throws IOException {
    write(false);
    put("config.json", "{'model_type': '%s'}".formatted(modelType));
    assertArrayEquals(the(ends), read("the").ids);
    put("config.json", "{'model_type': 'llama', 'tokenizer_class': 'GPT2Tokenizer'}");
    assertArrayEquals(the(""), read("the").ids);
  }

  @Test
  void theRemarkSaysWhatDecides() throws IOException {
    write(true);
    assertTrue(read("the").remark.endsWith("as tokenizer.json says."));
    put("tokenizer_config.json", "{'tokenizer_class': 'LlamaTokenizer'}");
    assertTrue(read("the").remark.endsWith("as LlamaTokenizer does by default."));
    put("tokenizer_config.json", "{'tokenizer_class': 'LlamaTokenizer', 'add_bos_token': true}");
    assertTrue(read("the").remark.endsWith("as tokenizer_config.json says (LlamaTokenizer)."));
    put("tokenizer_config.json", "{'tokenizer_class': 'GPT2Tokenizer', 'add_bos_token': false}");
    assertTrue(
        read("the")
            .remark
            .endsWith(
                "as tokenizer.json says, although add_bos_token in tokenizer_config.json says"
                    + " otherwise; this tokenizer class does not heed it."));
  }

  @Test
  void theMapOfSpecialTokensNamesThemWhereTheConfigurationIsOld() throws IOException {
    write(false);
    String config = "{'tokenizer_class': 'LlamaTokenizer', 'bos_token': '<unk>'%s}";
    put("special_tokens_map.json", "{'bos_token': {'content': '<s>'}}");
    put("tokenizer_config.json", config.formatted(""));
    assertEquals(0, read("the").ids[0]);
    put("tokenizer_config.json", config.formatted(", 'added_tokens_decoder': {}"));
    assertEquals(2, read("the").ids[0]);
  }

  @Test
  void aTokenThatThereIsNotIsRefusedOrLeftOut() throws IOException {
    write(true);
    put("tokenizer_config.json", "{'tokenizer_class': 'GemmaTokenizer'}");
    assertArrayEquals(the("b"), read("the").ids);
    assertTrue(
        read("the").remark.contains("although <bos> of GemmaTokenizer is not in it"),
        read("the").remark);
    put("tokenizer_config.json", "{'tokenizer_class': 'GemmaTokenizer', 'add_bos_token': true}");
    assertRefused("tokenizer_config.json", "<bos>", "add_bos_token", "the same model");
    put("tokenizer_config.json", "{'tokenizer_class': 'LlamaTokenizer', 'bos_token': null}");
    assertRefused("bos_token is null", "set that to false");
    put("tokenizer_config.json", "{'tokenizer_class': ");
    assertRefused("tokenizer_config.json", "is not valid JSON");
  }

  private void assertRefused(String... parts) {
    String refusal =
        assertThrows(BadInputException.class, () -> HuggingFaceTokenizer.load(folder)).getMessage();
    for (String part : parts) {
      assertTrue(refusal.contains(part), refusal);
    }
  }

  @Test
  void aSpaceIsPutBeforeATextIfTheConfigurationSaysSo() throws IOException {
    write(false);
    int[] inside = read(" the").ids;
    put("tokenizer_config.json", "{'add_prefix_space': true}");
    assertArrayEquals(inside, read("the").ids);
    assertTrue(
        read("the")
            .remark
            .endsWith(
                "A space is put before a text, as tokenizer_config.json says and not tokenizer.json."));
    ObjectNode tokenizer = TokenizerFolders.sample();
    ((ObjectNode) tokenizer.putNull("post_processor").get("pre_tokenizer"))
        .put("add_prefix_space", true);
    TokenizerFolders.write(folder, tokenizer);
    assertArrayEquals(inside, read("the").ids);
    put("tokenizer_config.json", "{}");
    assertArrayEquals(THE, read("the").ids);
  }

  /** The ends are those of the text, not of its pieces. */
  @Test
  void aLongTextHasOneBeginningAndOneEnd() throws IOException {
    TokenizerFolders.write(folder, TokenizerFolders.llama());
    put("tokenizer_config.json", "{'tokenizer_class': 'LlamaTokenizer', 'add_eos_token': true}");
    String text = Files.readString(Samples.TEST);
    try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.load(folder)) {
      int[] whole = tokenizer.part(text);
      int[] expected = new int[whole.length + 2];
      System.arraycopy(whole, 0, expected, 1, whole.length);
      expected[0] = 1;
      expected[expected.length - 1] = 2;
      assertArrayEquals(expected, tokenizer.encode(text));
      assertArrayEquals(
          expected, tokenizer.encode(new TextCorpus("t", text), Progress.NONE).toArray());
      assertArrayEquals(new int[] {1, 2}, tokenizer.encode(""));
    }
  }

  @Test
  void truncationAndPaddingAreLeftOut() throws IOException {
    ObjectNode tokenizer = TokenizerFolders.sample();
    tokenizer
        .putObject("truncation")
        .put("direction", "Right")
        .put("max_length", 4)
        .put("strategy", "LongestFirst")
        .put("stride", 0);
    ObjectNode padding = tokenizer.putObject("padding").put("direction", "Right");
    padding.putObject("strategy").put("Fixed", 9);
    padding.putNull("pad_to_multiple_of").put("pad_id", 1).put("pad_type_id", 0);
    padding.put("pad_token", "</s>");
    TokenizerFolders.write(folder, tokenizer);
    assertArrayEquals(the("b"), read("the").ids);
    assertEquals(8, read("the the the the the the the").ids.length);
  }

  @Test
  void unknownToAModelATokenIsExplained() throws IOException {
    ObjectNode tokenizer = TokenizerFolders.sample();
    int pad = tokenizer.get("model").get("vocab").size();
    TokenizerFolders.add((ArrayNode) tokenizer.get("added_tokens"), pad, "[PAD]");
    TokenizerFolders.write(folder, tokenizer);
    try (HuggingFaceTokenizer loaded = HuggingFaceTokenizer.load(folder)) {
      assertExplained(
          loaded.explain(pad), "[PAD] (id " + pad + "), which was added to the tokenizer");
      assertExplained(loaded.explain(0), "<s> (id 0), which belongs to every text");
      assertExplained(loaded.explain(276), "c (id 276), since the tokenizer has more tokens");
    }
  }

  private static void assertExplained(String explanation, String beginning) {
    assertTrue(explanation.startsWith(beginning), explanation);
  }

  @Test
  void aPointerIsNotATokenizer() throws IOException {
    put("tokenizer.json", "version https://git-lfs.github.com/spec/v1\noid sha256:1");
    assertRefused("tokenizer.json is a Git LFS pointer", "git lfs pull");
  }
}
