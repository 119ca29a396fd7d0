package dev.espalier.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.testing.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Tokenizers of the kinds that models have: byte-level ones as the sample's, split in other ways,
 * and ones as SentencePiece makes them, whose merges are learnt here from the sample's text.
 */
final class TokenizerFolders {
  static final ObjectMapper JSON = new ObjectMapper();

  static final String LLAMA3 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
          + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  static final String QWEN2 = LLAMA3.replace("\\p{N}{1,3}", "\\p{N}");
  static final String O200K =
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}|"
          + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  static final String POSSESSIVE =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}|"
          + " ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
  static final String BLOOM = " ?[^(\\s|[.,!?…。，、।۔،])]+";
  static final String DEEPSEEK =
      "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"
          + " ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  static final String NUMBERS = "\\p{N}{1,3}";
  static final String CJK = "[一-龥぀-ゟ゠-ヿ]+";

  private static final ObjectNode LLAMA = sentencePiece(false);

  private TokenizerFolders() {}

  /** Writes a tokenizer.json to a folder. */
  static Path write(Path folder, JsonNode tokenizer) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toString());
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The sample's, to be changed; with merges that its text has no use for, but others have. */
  static ObjectNode sample() {
    try {
      ObjectNode tokenizer =
          (ObjectNode) JSON.readTree(Samples.MODEL.resolve("tokenizer.json").toFile());
      ObjectNode vocabulary = (ObjectNode) tokenizer.get("model").get("vocab");
      ArrayNode merges = (ArrayNode) tokenizer.get("model").get("merges");
      for (String merge : List.of("Ċ Ċ", "Ġ Ġ", "ĠĠ Ġ", ". Ċ", "! ?", "Ġ Ċ", "č Ċ", "1 2", "0 0")) {
        String token = merge.replace(" ", "");
        if (!vocabulary.has(token)) {
          vocabulary.put(token, vocabulary.size());
          merges.addArray().add(merge.split(" ")[0]).add(merge.split(" ")[1]);
        }
      }
      return tokenizer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ObjectNode type(String type) {
    return JSON.createObjectNode().put("type", type);
  }

  static ObjectNode sequence(String of, JsonNode... parts) {
    ObjectNode sequence = type("Sequence");
    sequence.putArray(of).addAll(Arrays.asList(parts));
    return sequence;
  }

  static ObjectNode split(String regex) {
    ObjectNode split = type("Split").put("behavior", "Isolated").put("invert", false);
    split.putObject("pattern").put("Regex", regex);
    return split;
  }

  static ObjectNode byteLevel(boolean regex) {
    return type("ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", regex);
  }

  static ObjectNode replaceSpaces() {
    ObjectNode replace = type("Replace").put("content", "▁");
    replace.putObject("pattern").put("String", " ");
    return replace;
  }

  static ObjectNode metaspace(String scheme, boolean split) {
    return type("Metaspace")
        .put("replacement", "▁")
        .put("prepend_scheme", scheme)
        .put("split", split);
  }

  /** The sample's vocabulary, split by these expressions one after the other. */
  static ObjectNode byteLevel(String... expressions) {
    JsonNode[] steps = new JsonNode[expressions.length + 1];
    for (int i = 0; i < expressions.length; i++) {
      steps[i] = split(expressions[i]);
    }
    steps[expressions.length] = byteLevel(false);
    ObjectNode tokenizer = sample();
    tokenizer.set("pre_tokenizer", sequence("pretokenizers", steps));
    return tokenizer;
  }

  /** As LLaMA 1 and 2 have them: one word, spaces as marks, bytes for what is not known. */
  static ObjectNode llama() {
    return LLAMA.deepCopy();
  }

  /**
   * A byte-pair encoder of characters.
   *
   * @param acrossWords whether its merges go from a word to the next space
   */
  static ObjectNode sentencePiece(boolean acrossWords) {
    ObjectNode tokenizer = JSON.createObjectNode().put("version", "1.0");
    tokenizer.putNull("truncation").putNull("padding");
    ArrayNode added = tokenizer.putArray("added_tokens");
    ObjectNode model = type("BPE").putNull("dropout").put("unk_token", "<unk>");
    model.put("fuse_unk", true).put("byte_fallback", true);
    ObjectNode vocabulary = model.putObject("vocab");
    for (String token : List.of("<unk>", "<s>", "</s>")) {
      add(added, vocabulary.size(), token);
      vocabulary.put(token, vocabulary.size());
    }
    for (int i = 0; i < 256; i++) {
      vocabulary.put("<0x%02X>".formatted(i), vocabulary.size());
    }
    List<String> words = words(acrossWords);
    words.stream()
        .flatMap(word -> word.codePoints().mapToObj(Character::toString))
        .distinct()
        .sorted()
        .forEach(character -> vocabulary.put(character, vocabulary.size()));
    ArrayNode merges = model.putArray("merges");
    for (List<String> merge : merges(words, 400)) {
      merges.add(String.join(" ", merge));
      vocabulary.put(String.join("", merge), vocabulary.size());
    }
    tokenizer.set(
        "normalizer",
        sequence("normalizers", type("Prepend").put("prepend", "▁"), replaceSpaces()));
    tokenizer.putNull("pre_tokenizer").putNull("post_processor");
    tokenizer.set("model", model);
    return tokenizer;
  }

  static ObjectNode add(ArrayNode addedTokens, int id, String content) {
    return addedTokens
        .addObject()
        .put("id", id)
        .put("content", content)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
  }

  private static List<String> words(boolean acrossWords) {
    try {
      String text = Files.readString(Samples.TEST).substring(0, 12_000).replace("\n", " ");
      String marked = text.replaceAll(" +", "▁");
      return List.of(marked.split(acrossWords ? "(?<=[.,])" : "(?=▁)"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The most frequent pair, again and again. */
  private static List<List<String>> merges(List<String> words, int count) {
    Map<List<String>, Integer> counted = new HashMap<>();
    words.forEach(
        word ->
            counted.merge(
                word.codePoints().mapToObj(Character::toString).toList(), 1, Integer::sum));
    Map<List<String>, Integer> parts = counted;
    List<List<String>> merges = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Map<List<String>, Integer> pairs = new HashMap<>();
      parts.forEach(
          (word, times) -> {
            for (int j = 0; j + 1 < word.size(); j++) {
              pairs.merge(word.subList(j, j + 2), times, Integer::sum);
            }
          });
      List<String> best =
          pairs.entrySet().stream()
              .max(
                  Map.Entry.<List<String>, Integer>comparingByValue()
                      .thenComparing(entry -> entry.getKey().toString()))
              .orElseThrow()
              .getKey();
      List<String> merge = List.copyOf(best);
      merges.add(merge);
      parts =
          parts.entrySet().stream()
              .collect(
                  Collectors.toMap(
                      entry -> merged(entry.getKey(), merge), Map.Entry::getValue, Integer::sum));
    }
    return merges;
  }

  private static List<String> merged(List<String> word, List<String> merge) {
    List<String> result = new ArrayList<>();
    for (int i = 0; i < word.size(); i++) {
      if (i + 1 < word.size() && word.subList(i, i + 2).equals(merge)) {
        result.add(word.get(i) + word.get(++i));
      } else {
        result.add(word.get(i));
      }
    }
    return result;
  }
}
