package dev.espalier.text;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * The tokenizer classes of Python's transformers (4.57) that decide by their own settings which
 * tokens stand before and after a text, whatever the post-processor of {@code tokenizer.json} says.
 * With all other classes that decides alone.
 */
enum TokenizerClass {
  LLAMA(
      "LlamaTokenizer",
      true,
      "<s>",
      "</s>",
      "arcee, deepseek_v2, deepseek_v3, diffllama, ernie4_5, ernie4_5_moe, jamba, jetmoe, llama,"
          + " llama4, llama4_text, mistral, mixtral, persimmon, phi3, phimoe, zamba, zamba2"),
  CODE_LLAMA("CodeLlamaTokenizer", true, "<s>", "</s>", "code_llama"),
  GEMMA(
      "GemmaTokenizer",
      true,
      "<bos>",
      "<eos>",
      "gemma, gemma2, gemma3, gemma3_text, gemma3n, gemma3n_text, recurrent_gemma"),
  COHERE("CohereTokenizer", true, "<BOS_TOKEN>", "<|END_OF_TURN_TOKEN|>", "cohere, cohere2"),
  GPT_NEOX(
      "GPTNeoXTokenizer",
      false,
      "<|endoftext|>",
      "<|endoftext|>",
      "falcon_mamba, gpt_neox, mamba, mamba2, mpt, olmo, olmo2, olmoe, rwkv, stablelm, xlstm");

  private final String label;
  private final boolean addsBos;
  private final String bos;
  private final String eos;
  private final Set<String> modelTypes;

  TokenizerClass(String label, boolean addsBos, String bos, String eos, String modelTypes) {
    this.label = label;
    this.addsBos = addsBos;
    this.bos = bos;
    this.eos = eos;
    this.modelTypes = Set.of(modelTypes.split(", "));
  }

  /** By a name of Python's, with or without {@code Fast} at its end. */
  static Optional<TokenizerClass> named(String name) {
    return Arrays.stream(values())
        .filter(known -> known.label.equals(name.replaceFirst("Fast$", "")))
        .findFirst();
  }

  /** The one that is taken for models of a type if a folder names none. */
  static Optional<TokenizerClass> ofModelType(String modelType) {
    return Arrays.stream(values())
        .filter(known -> known.modelTypes.contains(modelType))
        .findFirst();
  }

  /** Its name in Python. */
  String label() {
    return label;
  }

  /** Whether it puts a token before a text if nothing is said about that. It puts none after it. */
  boolean addsBos() {
    return addsBos;
  }

  /** The token before a text if none is named. */
  String bos() {
    return bos;
  }

  /** The token after a text if none is named. */
  String eos() {
    return eos;
  }
}
