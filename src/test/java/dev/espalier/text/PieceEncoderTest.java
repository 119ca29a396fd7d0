package dev.espalier.text;

import static dev.espalier.text.TokenizerFolders.BLOOM;
import static dev.espalier.text.TokenizerFolders.CJK;
import static dev.espalier.text.TokenizerFolders.DEEPSEEK;
import static dev.espalier.text.TokenizerFolders.LLAMA3;
import static dev.espalier.text.TokenizerFolders.NUMBERS;
import static dev.espalier.text.TokenizerFolders.O200K;
import static dev.espalier.text.TokenizerFolders.POSSESSIVE;
import static dev.espalier.text.TokenizerFolders.QWEN2;
import static dev.espalier.text.TokenizerFolders.byteLevel;
import static dev.espalier.text.TokenizerFolders.llama;
import static dev.espalier.text.TokenizerFolders.metaspace;
import static dev.espalier.text.TokenizerFolders.replaceSpaces;
import static dev.espalier.text.TokenizerFolders.sample;
import static dev.espalier.text.TokenizerFolders.sentencePiece;
import static dev.espalier.text.TokenizerFolders.sequence;
import static dev.espalier.text.TokenizerFolders.split;
import static dev.espalier.text.TokenizerFolders.type;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.testing.Samples;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A text has the same ids in pieces as in one. */
class PieceEncoderTest {
  @TempDir private Path folder;

  /** Tokenizers as models have them. */
  enum Kind {
    GPT2(() -> sample()),
    GPT2_WITH_PREFIX(
        () -> {
          ObjectNode tokenizer = sample();
          ((ObjectNode) tokenizer.get("pre_tokenizer")).put("add_prefix_space", true);
          return tokenizer;
        }),
    LLAMA_3(() -> byteLevel(LLAMA3)),
    QWEN_2(
        () -> {
          ObjectNode tokenizer = byteLevel(QWEN2);
          tokenizer.set("normalizer", type("NFC"));
          return tokenizer;
        }),
    O_200K(() -> byteLevel(O200K)),
    TEKKEN(() -> byteLevel(POSSESSIVE)),
    BLOOM_OF_2022(() -> byteLevel(BLOOM)),
    DEEPSEEK_3(() -> byteLevel(NUMBERS, CJK, DEEPSEEK)),
    STARCODER(
        () ->
            with(
                sample(),
                "pre_tokenizer",
                sequence(
                    "pretokenizers",
                    type("Digits").put("individual_digits", true),
                    byteLevel(true)))),
    FALCON(
        () ->
            with(
                sample(),
                "pre_tokenizer",
                sequence(
                    "pretokenizers",
                    type("Punctuation").put("behavior", "Contiguous"),
                    byteLevel(true),
                    type("Digits").put("individual_digits", false),
                    split("[0-9][0-9][0-9]")))),
    LLAMA_2(() -> llama()),
    LLAMA_NEWER(
        () -> with(with(llama(), "normalizer", null), "pre_tokenizer", metaspace("first", false))),
    LLAMA_SPLIT(
        () -> with(with(llama(), "normalizer", null), "pre_tokenizer", metaspace("always", true))),
    LLAMA_CONTEXT(
        () -> {
          ObjectNode tokenizer = llama();
          TokenizerFolders.add((ArrayNode) tokenizer.get("added_tokens"), 5000, "<mask>")
              .put("lstrip", true)
              .put("normalized", true);
          TokenizerFolders.add((ArrayNode) tokenizer.get("added_tokens"), 5001, "the end")
              .put("single_word", true)
              .put("rstrip", true);
          return tokenizer;
        }),
    GEMMA(
        () -> {
          ObjectNode split =
              type("Split").put("behavior", "MergedWithPrevious").put("invert", false);
          split.putObject("pattern").put("String", " ");
          return with(with(llama(), "normalizer", replaceSpaces()), "pre_tokenizer", split);
        }),
    ACROSS_WORDS(() -> sentencePiece(true));

    private final Supplier<ObjectNode> tokenizer;

    Kind(Supplier<ObjectNode> tokenizer) {
      this.tokenizer = tokenizer;
    }

    private static ObjectNode with(ObjectNode tokenizer, String part, ObjectNode value) {
      tokenizer.set(part, value);
      return tokenizer;
    }
  }

  private HuggingFaceTokenizer load(Kind kind) throws IOException {
    TokenizerFolders.write(folder, kind.tokenizer.get());
    if (kind == Kind.GPT2_WITH_PREFIX) {
      Files.writeString(folder.resolve("tokenizer_config.json"), "{\"add_prefix_space\": true}");
    }
    return HuggingFaceTokenizer.load(folder);
  }

  private static final List<String> SCRAPS =
      List.of(
          " ",
          " ",
          " ",
          " ",
          " ",
          "  ",
          "   ",
          "\n",
          "\n",
          "\n\n",
          "\r\n",
          "\t",
          "\u00A0",
          "\u3000",
          "the",
          "The",
          "states",
          "people",
          "united",
          "of",
          "a",
          "I",
          "x",
          "'s",
          "'t",
          "'LL",
          "’s",
          "don't",
          "1",
          "12",
          "1927",
          "2000000",
          "½",
          ".",
          ",",
          "!",
          "?!",
          "...",
          "-",
          "--",
          "(",
          ")",
          "\"",
          "$",
          "/",
          "//",
          "<",
          ">",
          "<s>",
          "</s>",
          "<unk>",
          "<mask>",
          "the end",
          "end",
          "▁",
          "é",
          "e\u0301",
          "ﬁ",
          "café",
          "ß",
          "ſ",
          "Ж",
          "слово",
          "我",
          "们",
          "。",
          "，",
          "かな",
          "か\u3099",
          "가",
          "\u1100\u1161",
          "각",
          "ไทย",
          "हिंदी",
          "😀",
          "👩‍👩‍👧",
          "\uFEFF",
          "\u0000",
          "\u200B");

  private static String text(Random random, int scraps) {
    return IntStream.range(0, scraps)
        .mapToObj(i -> SCRAPS.get(random.nextInt(SCRAPS.size())))
        .reduce("", String::concat);
  }

  /** The claim itself, at every place of random texts where it is made. */
  @ParameterizedTest
  @EnumSource
  void aSafeCutChangesNothing(Kind kind) throws IOException {
    Random random = new Random(7);
    int cutsTried = 0;
    try (HuggingFaceTokenizer tokenizer = load(kind)) {
      SafeCuts cuts = tokenizer.cuts().orElseThrow();
      for (int i = 0; i < 80; i++) {
        String text = text(random, 2 + random.nextInt(30));
        int[] whole = tokenizer.part(text);
        for (int at = 1; at < text.length(); at++) {
          if (!cuts.between(text.charAt(at - 1), text.charAt(at))) {
            continue;
          }
          int[] left = tokenizer.part(text.substring(0, at));
          String before = text.substring(at - 1, at);
          int[] right = tokenizer.part(before + text.substring(at));
          int[] dropped = tokenizer.part(before);
          int[] both = Arrays.copyOf(left, left.length + right.length - dropped.length);
          System.arraycopy(right, dropped.length, both, left.length, right.length - dropped.length);
          String where = "\"" + text.substring(0, at) + "\" + \"" + text.substring(at) + "\"";
          assertArrayEquals(dropped, Arrays.copyOf(right, dropped.length), where);
          assertArrayEquals(whole, both, where);
          cutsTried++;
        }
      }
    }
    assertTrue(cutsTried > 100, () -> "there is something to try");
  }

  @ParameterizedTest
  @EnumSource
  void piecesHaveTheIdsOfTheWhole(Kind kind) throws IOException {
    Random random = new Random(11);
    try (HuggingFaceTokenizer tokenizer = load(kind)) {
      for (int i = 0; i < 3; i++) {
        String text = text(random, 1_000);
        int[] whole = tokenizer.part(text);
        for (int size : new int[] {12, 300}) {
          TokenIds ids = new TokenIds();
          new PieceEncoder(tokenizer::part, tokenizer.cuts().orElseThrow(), size)
              .encode(new StringReader(text), ids);
          assertArrayEquals(whole, ids.toArray(), "pieces of " + size);
        }
      }
    }
  }

  /** Else nothing is won; and the sample's own text, as long as it is. */
  @ParameterizedTest
  @EnumSource
  void piecesOfTheSampleAreSmallAndTheSame(Kind kind) throws IOException {
    String text = Files.readString(Samples.TEST).substring(0, 60_000);
    try (HuggingFaceTokenizer tokenizer = load(kind)) {
      List<Integer> lengths = Collections.synchronizedList(new ArrayList<>());
      TokenIds ids = new TokenIds();
      new PieceEncoder(
              piece -> {
                lengths.add(piece.length());
                return tokenizer.part(piece);
              },
              tokenizer.cuts().orElseThrow(),
              2_000)
          .encode(new StringReader(text), ids);
      assertArrayEquals(tokenizer.part(text), ids.toArray());
      assertTrue(lengths.stream().allMatch(length -> length <= 2_100), lengths::toString);
    }
  }

  @Test
  void aTextWithoutAPlaceToCutIsOnePiece() throws IOException {
    try (HuggingFaceTokenizer tokenizer = load(Kind.LLAMA_3)) {
      String text = "a".repeat(5_000) + " and more";
      TokenIds ids = new TokenIds();
      new PieceEncoder(tokenizer::part, tokenizer.cuts().orElseThrow(), 100)
          .encode(new StringReader(text), ids);
      assertArrayEquals(tokenizer.part(text), ids.toArray());
    }
  }

  /** Whoever closes the tokenizer next may do so. */
  @Test
  void afterAFaultNothingIsAtWork() throws IOException {
    AtomicInteger working = new AtomicInteger();
    String text = "some words ".repeat(500);
    try (HuggingFaceTokenizer tokenizer = load(Kind.LLAMA_3)) {
      PieceEncoder pieces =
          new PieceEncoder(
              piece -> {
                working.incrementAndGet();
                try {
                  if (piece.length() > 150) {
                    Thread.sleep(20);
                  }
                  if (piece.endsWith("!")) {
                    throw new IllegalStateException("a fault");
                  }
                  return tokenizer.part(piece);
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                } finally {
                  working.decrementAndGet();
                }
              },
              tokenizer.cuts().orElseThrow(),
              200);
      assertThrows(
          CompletionException.class,
          () -> pieces.encode(new StringReader(text + "!"), new TokenIds()));
      assertEquals(0, working.get());
    }
  }

  @Test
  void whatLooksBackOrIsUnknownIsNotCut() throws IOException {
    for (String expression : List.of("(?<=a)b|\\s+", "\\bword\\b|.", "(a)\\1|\\S+", "\\s*", "[a")) {
      assertEquals(Optional.empty(), SplitPattern.of(expression), expression);
    }
    for (ObjectNode step :
        List.of(split("(?<=x)y|\\s+"), type("UnicodeScripts"), type("FromTheFuture"))) {
      ObjectNode tokenizer = sample();
      tokenizer.set("pre_tokenizer", sequence("pretokenizers", step, byteLevel(false)));
      assertEquals(Optional.empty(), cuts(tokenizer), step.toString());
    }
    for (ObjectNode step : List.of(type("Lowercase"), type("Strip"), type("Precompiled"))) {
      assertEquals(Optional.empty(), cuts(Kind.with(llama(), "normalizer", step)), step.toString());
    }
  }

  /** Without pre-tokenizer, all depends on the model. */
  @Test
  void aModelThatIsNotMergesAloneIsNotCut() throws IOException {
    assertTrue(cuts(llama()).orElseThrow().between('a', ' '));
    assertFalse(cuts(llama()).orElseThrow().between(' ', 't'));
    for (String setting : List.of("dropout", "continuing_subword_prefix", "ignore_merges")) {
      ObjectNode tokenizer = llama();
      ObjectNode model = (ObjectNode) tokenizer.get("model");
      switch (setting) {
        case "dropout" -> model.put(setting, 0.1);
        case "ignore_merges" -> model.put(setting, true);
        default -> model.put(setting, "##");
      }
      assertFalse(cuts(tokenizer).orElseThrow().between('a', ' '), setting);
    }
  }

  private Optional<SafeCuts> cuts(ObjectNode tokenizer) throws IOException {
    Path file = TokenizerFolders.write(folder, tokenizer).resolve("tokenizer.json");
    return SafeCuts.of(TokenizerJson.read(file), TokenizerModel.read(file));
  }
}
