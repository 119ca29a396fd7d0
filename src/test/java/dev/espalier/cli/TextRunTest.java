package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cli.Runs.Result;
import dev.espalier.testing.Samples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How texts come to windows, from files to perplexities. */
class TextRunTest {
  private static final String PAD = "[PAD]";

  @TempDir Path temp;
  private String text;

  @BeforeEach
  void read() throws IOException {
    text = Files.readString(Sample.TEST).substring(0, 6000);
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(temp.resolve(name), content);
  }

  private JsonNode evaluate(Object texts) throws IOException {
    return Runs.run("eval", "--evaluate", texts, "--seq-len", 64, "--json").succeeded().json();
  }

  @Test
  void theSameTextIsTheSameHoweverItIsStored() throws IOException {
    String line = Folders.JSON.createObjectNode().put("text", text).toString();
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(("\uFEFF" + line).getBytes(StandardCharsets.UTF_8));
    }
    String texts =
        String.join(
            ",",
            List.of(
                write("plain.txt", text).toString(),
                write("mark.txt", "\uFEFF" + text).toString(),
                write("a, b.txt", text).toString(),
                write("c,d.txt", text).toString().replace(",", "\\,"),
                write("lines.ndjson", line.replace("}", ", \"score\": NaN}")).toString(),
                Files.write(temp.resolve("l.jsonl.gz"), gzip.toByteArray()).toString()));
    JsonNode results = evaluate(texts).get("perplexity");
    assertEquals(6, results.size());
    for (JsonNode result : results) {
      assertEquals(
          results.at("/0/protocol/digest").asText(), result.at("/protocol/digest").asText());
      assertEquals(results.at("/0/value").asDouble(), result.get("value").asDouble());
    }
  }

  /** A copy of the sample with a token that its embedding does not have. */
  private Path padded() throws IOException {
    Path model = Samples.copy(temp.resolve("model"));
    Path file = model.resolve("tokenizer.json");
    ObjectNode tokenizer = (ObjectNode) Folders.json(file);
    ((ArrayNode) tokenizer.get("added_tokens"))
        .addObject()
        .put("id", 4096)
        .put("content", PAD)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
    Files.writeString(file, tokenizer.toString());
    return model;
  }

  /** Before any work: not a line of progress comes before the sentence. */
  @Test
  void aTokenThatTheModelDoesNotHaveIsFoundInEveryText() throws IOException {
    Path model = padded();
    Path good = write("good.txt", text);
    Path bad = write("bad.txt", text.substring(0, 3000) + PAD + text.substring(3000));
    String[] parts = {"bad.txt", "window ", "[PAD] (id 4096)", "4096 rows", "out of the text"};
    Runs.run("eval", "--model", model, "--evaluate", good + "," + bad, "--seq-len", 64)
        .refused(parts);
    Runs.prune("--model", model, "--calibration", good, "--evaluate", bad, "--output", output())
        .refused(parts);
    Runs.prune("--model", model, "--calibration", manyPads(), "--output", output()).refused(parts);
    assertFalse(Files.exists(output()));
    Runs.run("eval", "--model", model, "--evaluate", good, "--seq-len", 64).succeeded();
  }

  /** Calibration windows are clean, the held-out ones are not. */
  @Test
  void heldOutWindowsAreLookedAtToo() throws IOException {
    Path model = padded();
    String line = "{\"text\": \"%s\"}\n";
    String clean = Files.readString(Sample.CALIBRATION).substring(0, 400).replaceAll("\\W+", " ");
    Path lines =
        write("bad.jsonl", line.formatted(clean) + line.formatted((PAD + " ").repeat(200)));
    for (int seed = 0; seed < 20; seed++) {
      Result result =
          Runs.prune(
              "--model",
              model,
              "--calibration",
              lines,
              "--seed",
              seed,
              "--samples",
              1,
              "--seq-len",
              32,
              "--allocation",
              "auto",
              "--output",
              output());
      result.refused("bad.jsonl", "[PAD] (id 4096)");
      if (result.err().contains("held out")) {
        return;
      }
    }
    throw new AssertionError("no seed draws the clean document");
  }

  private Path output() {
    return temp.resolve("out");
  }

  private Path manyPads() throws IOException {
    return write("many-bad.txt", (text.substring(0, 60) + PAD).repeat(100));
  }

  @Test
  void whatStandsAtTheEndsOfATextIsTold() throws IOException {
    Path good = write("good.txt", text);
    String sentence = "A text is read with BOS <s> (id 0) before it and no EOS after it, as ";
    Result result = Runs.run("eval", "--evaluate", good, "--seq-len", 64).succeeded();
    assertTrue(result.err().contains(sentence + "tokenizer.json says."), result.err());
    Runs.prune("--allocation", "uniform", "--output", output()).succeeded();
    JsonNode notes = Folders.json(output().resolve("espalier.json")).get("notes");
    assertTrue(notes.toString().contains(sentence), notes.toString());
  }

  /** With another beginning, every window is another one. */
  @Test
  void theTokenizersClassDecides() throws IOException {
    Path good = write("good.txt", text);
    Path model = Samples.copy(temp.resolve("model"));
    Path file = model.resolve("tokenizer.json");
    Files.writeString(file, ((ObjectNode) Folders.json(file)).putNull("post_processor").toString());
    Path config = model.resolve("tokenizer_config.json");
    double with = evaluate(good).at("/perplexity/0/value").asDouble();
    Files.writeString(config, "{\"tokenizer_class\": \"LlamaTokenizer\"}");
    assertEquals(with, perplexity(model, good));
    Files.writeString(
        config, "{\"tokenizer_class\": \"LlamaTokenizer\", \"add_bos_token\": false}");
    assertFalse(with == perplexity(model, good));
  }

  private static double perplexity(Path model, Path text) throws IOException {
    return Runs.run("eval", "--model", model, "--evaluate", text, "--seq-len", 64, "--json")
        .succeeded()
        .json()
        .at("/perplexity/0/value")
        .asDouble();
  }

  /** Documents that calibration takes all of still have windows to judge by. */
  @Test
  void aFewLongDocumentsAreEnoughToJudgeBy() throws IOException {
    StringBuilder lines = new StringBuilder();
    String corpus = Files.readString(Sample.CALIBRATION);
    for (int i = 0; i < 3; i++) {
      String document = corpus.substring(20_000 * i, 20_000 * (i + 1));
      lines.append(Folders.JSON.createObjectNode().put("text", document)).append('\n');
    }
    Path documents = write("long.jsonl", lines.toString());
    Result result =
        Runs.prune(
            "--calibration",
            documents,
            "--samples",
            24,
            "--seq-len",
            64,
            "--allocation",
            "auto",
            "--output",
            output());
    result.succeeded();
  }

  @Test
  void devicesAreNotRead() {
    Runs.run("eval", "--evaluate", "/dev/zero", "--seq-len", 64)
        .refused("/dev/zero is a device, not a file");
    Runs.prune("--calibration", "/dev/zero", "--output", output()).refused("is a device");
  }
}
