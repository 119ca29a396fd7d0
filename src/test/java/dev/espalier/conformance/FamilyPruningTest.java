package dev.espalier.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.testing.Safetensors;
import dev.espalier.testing.Safetensors.Stored;
import dev.espalier.testing.Slow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every linear of every family is pruned by what it reads in the reference: a wrong input observed
 * is the mistake that no perplexity shows.
 */
@Slow
class FamilyPruningTest {
  private static final int SEQUENCES = 8;
  private static final String QUERY = "model.layers.%d.self_attn.q_proj.weight";
  private static final String OUTPUT = "model.layers.%d.self_attn.o_proj.weight";

  @TempDir private Path directory;

  static List<FamilyCase> cases() throws IOException {
    return FamilyCase.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyLinearIsPrunedByWhatItReads(FamilyCase family) throws IOException {
    JsonNode io = family.io();
    int[][] tokens = tokens(io, SEQUENCES);
    ReferenceModel dense = ReferenceModel.read(family.folder());
    for (PruningCase pruning : PruningCase.values()) {
      Path output =
          PrunedFolder.write(family.folder(), directory.resolve(pruning.name()), pruning, tokens);
      assertOthersAreCopied(
          family.folder(), output, new TreeSet<>(FamilyCase.strings(io.get("prunable"))));
      new PruningComparison(dense, ReferenceModel.read(output), tokens).run(pruning);
    }
  }

  @ParameterizedTest
  @CsvSource({"mixtral, 3", "qwen3_moe, 4"})
  void expertsThatFewTokensReachGoByMagnitude(String name, int sequences) throws IOException {
    FamilyCase family = FamilyCase.named(name);
    int[][] tokens = tokens(family.io(), sequences);
    ReferenceModel dense = ReferenceModel.read(family.folder());
    Map<String, List<double[]>> read = dense.run(0, dense.embed(tokens)).inputs();
    assertEquals(
        Set.of(true, false),
        read.values().stream().map(rows -> rows.size() < 64).collect(Collectors.toSet()));
    for (PruningCase pruning : PruningCase.values()) {
      new PruningComparison(dense, pruned(family, pruning, tokens), tokens).run(pruning);
    }
  }

  /** What a product would compute that took this setting for another prunes by other inputs. */
  @ParameterizedTest
  @CsvSource({
    "llama_gqa_headdim_tied, num_key_value_heads, 1",
    "llama3_rope, rope_scaling, null",
    "llama3_rope, rms_norm_eps, 1e-3",
    "mistral_sliding, sliding_window, null",
    "qwen2_sliding_tied, max_window_layers, 2",
    "gemma2, attn_logit_softcapping, null",
    "gemma2, query_pre_attn_scalar, 16",
    "gemma3_text, rope_local_base_freq, 1e6",
    "gpt_neox, use_parallel_residual, false",
    "phi3_longrope_long, rope_scaling, null",
    "mixtral, num_experts_per_tok, 1",
    "qwen3_moe, norm_topk_prob, false"
  })
  void oneSettingOverlookedIsSeen(String name, String key, String value) throws IOException {
    FamilyCase family = FamilyCase.named(name);
    int[][] tokens = tokens(family.io(), SEQUENCES);
    ReferenceModel dense =
        ReferenceModel.read(family.folder()).with(key, new ObjectMapper().readTree(value));
    for (PruningCase pruning : List.of(PruningCase.WANDA, PruningCase.SPARSEGPT)) {
      ReferenceModel pruned = pruned(family, pruning, tokens);
      var comparison =
          new PruningComparison(
              dense, pruned.with(key, new ObjectMapper().readTree(value)), tokens);
      assertThrows(AssertionError.class, () -> comparison.run(pruning), pruning.name());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"WANDA", "WANDA_2_OF_4", "SPARSEGPT", "SPARSEGPT_2_OF_4"})
  void wrongInputsAreSeen(PruningCase pruning) throws IOException {
    FamilyCase family = FamilyCase.named("llama_plain");
    int[][] tokens = tokens(family.io(), SEQUENCES);
    ReferenceModel dense = ReferenceModel.read(family.folder());
    ReferenceModel pruned = pruned(family, pruning, tokens);
    double[][][] embedded = dense.embed(tokens);
    Map<String, List<double[]>> read = dense.run(0, embedded).inputs();
    assertSeen(pruning, dense, pruned, QUERY.formatted(0), shifted(read.get(QUERY.formatted(0))));
    assertSeen(pruning, dense, pruned, QUERY.formatted(0), read.get(OUTPUT.formatted(0)));
    assertSeen(pruning, dense, pruned, OUTPUT.formatted(0), read.get(QUERY.formatted(0)));
    double[][][] fromDense = dense.run(0, embedded).outputs();
    List<double[]> unpruned = dense.run(1, fromDense).inputs().get(QUERY.formatted(1));
    assertSeen(pruning, dense, pruned, QUERY.formatted(1), unpruned);
  }

  private static void assertSeen(
      PruningCase pruning,
      ReferenceModel dense,
      ReferenceModel pruned,
      String linear,
      List<double[]> inputs) {
    double[][] before = dense.weights().matrix(linear);
    double[][] after = pruned.weights().matrix(linear);
    assertThrows(AssertionError.class, () -> pruning.check().check(before, after, inputs), linear);
  }

  /** Each feature in the place of the next. */
  private static List<double[]> shifted(List<double[]> inputs) {
    return inputs.stream()
        .map(
            x -> {
              double[] shifted = new double[x.length];
              Arrays.setAll(shifted, i -> x[(i + 1) % x.length]);
              return shifted;
            })
        .toList();
  }

  private ReferenceModel pruned(FamilyCase family, PruningCase pruning, int[][] tokens)
      throws IOException {
    Path output = directory.resolve(pruning.name());
    return ReferenceModel.read(PrunedFolder.write(family.folder(), output, pruning, tokens));
  }

  /** Those of the case and others. */
  static int[][] tokens(JsonNode io, int sequences) {
    int[][] given = FamilyCase.tokens(io);
    int vocabulary = io.get("logits_shape").get(2).intValue();
    Random random = new Random(5);
    return Stream.concat(
            Arrays.stream(given),
            Stream.generate(() -> random.ints(given[0].length, 0, vocabulary).toArray()))
        .limit(sequences)
        .toArray(int[][]::new);
  }

  static void assertOthersAreCopied(Path before, Path after, Set<String> prunable)
      throws IOException {
    Map<String, Stored> dense = Safetensors.readFolder(before);
    Map<String, Stored> pruned = Safetensors.readFolder(after);
    assertEquals(dense.keySet(), pruned.keySet());
    Set<String> changed = new TreeSet<>();
    dense.forEach(
        (name, stored) -> {
          if (!stored.equals(pruned.get(name))) {
            changed.add(name);
          }
        });
    assertEquals(prunable, changed);
  }
}
