package dev.espalier.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.BadInputException;
import dev.espalier.evaluation.Perplexity;
import dev.espalier.files.FirstBytes;
import dev.espalier.files.Json;
import dev.espalier.pruning.LinearError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Reads what {@code espalier.json} tells of a run; other versions may say less, or more. */
public final class RunReader {
  private static final String UNKNOWN = "-";

  private RunReader() {}

  /**
   * @param path an {@code espalier.json}, or a model folder that holds one
   * @param name what to call the run
   * @throws BadInputException if it cannot be read or tells of no pruning run
   */
  public static ComparedRun read(Path path, String name) {
    Path file = path;
    if (Files.isDirectory(path)) {
      file = path.resolve("espalier.json");
      if (!Files.exists(file)) {
        throw new BadInputException(path + " holds no espalier.json, so no pruning run wrote it");
      }
    }
    JsonNode json = json(file);
    JsonNode achieved = json.path("sparsity").path("achieved");
    boolean measured = achieved.isNumber() && Double.isFinite(achieved.asDouble());
    if (!measured || !json.path("blocks").isArray()) {
      throw new BadInputException(
          file
              + " is not the espalier.json of a pruned model: it lacks sparsity.achieved or blocks");
    }
    return new ComparedRun(
        name,
        text(json, "model"),
        json.path("checkpoint").asText(""),
        text(json, "method"),
        text(json, "allocation"),
        text(json, "pattern"),
        number(json.path("sparsity").path("target")),
        achieved.asDouble(),
        sparsities(json),
        errors(json),
        perplexities(json),
        seconds(json),
        peakBytes(json));
  }

  private static JsonNode json(Path file) {
    try {
      FirstBytes.requireJson(file);
      return Json.read(file);
    } catch (JsonProcessingException e) {
      throw new BadInputException(file + " is not valid JSON, so not an espalier.json", e);
    } catch (IOException e) {
      throw new BadInputException(
          "cannot read " + file + "; check the path and its permissions", e);
    }
  }

  private static Map<Integer, Double> sparsities(JsonNode json) {
    Map<Integer, Double> sparsities = new TreeMap<>();
    for (JsonNode block : json.path("blocks")) {
      number(block.path("sparsity")).ifPresent(s -> sparsities.put(index(block, sparsities), s));
    }
    return sparsities;
  }

  private static int index(JsonNode block, Map<Integer, Double> before) {
    return block.path("index").asInt(before.size());
  }

  private static Map<LinearError.Measure, Map<Integer, Double>> errors(JsonNode json) {
    Map<LinearError.Measure, Map<Integer, Double>> errors =
        new EnumMap<>(LinearError.Measure.class);
    for (LinearError.Measure measure : LinearError.Measure.values()) {
      Map<Integer, Double> means = new TreeMap<>();
      for (JsonNode block : json.path("blocks")) {
        mean(block, measure).ifPresent(mean -> means.put(index(block, means), mean));
      }
      if (!means.isEmpty()) {
        errors.put(measure, means);
      }
    }
    return errors;
  }

  private static OptionalDouble mean(JsonNode block, LinearError.Measure measure) {
    List<Double> values = new ArrayList<>();
    for (JsonNode linear : block.path("linears")) {
      JsonNode error = linear.path("error");
      if (error.path("of").asText().equals(measure.keyword())) {
        number(error.path("relative")).ifPresent(values::add);
      }
    }
    return values.stream().mapToDouble(Double::doubleValue).average();
  }

  private static List<CorpusPerplexity> perplexities(JsonNode json) {
    List<CorpusPerplexity> perplexities = new ArrayList<>();
    for (JsonNode corpus : json.path("perplexity")) {
      JsonNode protocol = corpus.path("protocol");
      String text = text(corpus, "corpus");
      perplexities.add(
          new CorpusPerplexity(
              new Perplexity.Protocol(
                  text,
                  protocol.path("digest").asText(""),
                  protocol.path("seq_len").asInt(),
                  protocol.path("windows").asInt(),
                  text(protocol, "dtype")),
              number(corpus.path("dense")).orElse(Double.NaN),
              number(corpus.path("pruned")).orElse(Double.NaN),
              number(corpus.path("uniform"))));
    }
    return perplexities;
  }

  private static OptionalDouble seconds(JsonNode json) {
    List<Double> phases = new ArrayList<>();
    json.path("seconds").forEach(phase -> number(phase).ifPresent(phases::add));
    return phases.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(phases.stream().mapToDouble(Double::doubleValue).sum());
  }

  private static OptionalLong peakBytes(JsonNode json) {
    long bytes = json.path("peak_bytes").asLong();
    return bytes > 0 ? OptionalLong.of(bytes) : OptionalLong.empty();
  }

  /** Numbers, and what JSON has to quote: "NaN", "Infinity". */
  private static OptionalDouble number(JsonNode node) {
    boolean quoted = node.isTextual() && node.asText().matches("NaN|-?Infinity");
    return node.isNumber() || quoted
        ? OptionalDouble.of(Double.parseDouble(node.asText()))
        : OptionalDouble.empty();
  }

  private static String text(JsonNode json, String key) {
    return json.path(key).asText(UNKNOWN);
  }
}
