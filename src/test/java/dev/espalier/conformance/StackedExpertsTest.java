package dev.espalier.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.testing.Safetensors;
import dev.espalier.testing.Safetensors.Stored;
import dev.espalier.testing.Slow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The experts of a block in one tensor of three dimensions, as newer files have them. */
@Slow
class StackedExpertsTest {
  @TempDir private Path directory;

  /** A family, and where it has its experts in files that hold them one by one. */
  enum Form {
    MIXTRAL("mixtral", "block_sparse_moe.", List.of("w1", "w3", "w2")),
    QWEN3_MOE("qwen3_moe", "mlp.", List.of("gate_proj", "up_proj", "down_proj"));

    private final FamilyCase family;
    private final String module;
    private final List<String> linears;

    Form(String family, String module, List<String> linears) {
      this.family = FamilyCase.named(family);
      this.module = module;
      this.linears = linears;
    }

    /** The case with its experts stacked. */
    Path write(Path folder) throws IOException {
      Map<String, Stored> tensors = Safetensors.readFolder(family.folder());
      Map<String, Stored> stacked = new TreeMap<>();
      for (Map.Entry<String, Stored> tensor : tensors.entrySet()) {
        String name = tensor.getKey();
        if (name.endsWith(module + "gate.weight")) {
          String block = name.substring(0, name.indexOf(module));
          int count = Math.toIntExact(tensor.getValue().shape().get(0));
          stacked.put(block + "mlp.gate.weight", tensor.getValue());
          stacked.put(
              block + "mlp.experts.gate_up_proj",
              stack(tensors, block, count, linears.subList(0, 2)));
          stacked.put(
              block + "mlp.experts.down_proj", stack(tensors, block, count, linears.subList(2, 3)));
        } else if (!name.contains(module + "experts.")) {
          stacked.put(name, tensor.getValue());
        }
      }
      Files.createDirectories(folder);
      Files.copy(family.folder().resolve("config.json"), folder.resolve("config.json"));
      Safetensors.write(folder.resolve(Safetensors.SINGLE), stacked);
      return folder;
    }

    /** Each expert's rows of those linears, expert after expert. */
    private Stored stack(Map<String, Stored> tensors, String block, int count, List<String> parts) {
      List<Stored> pieces =
          IntStream.range(0, count)
              .boxed()
              .flatMap(i -> parts.stream().map(part -> "experts." + i + "." + part + ".weight"))
              .map(name -> tensors.get(block + module + name))
              .toList();
      ByteBuffer bytes =
          ByteBuffer.allocate(pieces.stream().mapToInt(piece -> piece.bytes().remaining()).sum());
      pieces.forEach(piece -> bytes.put(piece.bytes().duplicate()));
      List<Long> shape = pieces.get(0).shape();
      return new Stored(
          "F32", List.of((long) count, parts.size() * shape.get(0), shape.get(1)), bytes.flip());
    }
  }

  @ParameterizedTest
  @EnumSource
  void theReferenceGivesTheSame(Form form) throws IOException {
    int[][] tokens = FamilyPruningTest.tokens(form.family.io(), 2);
    ReferenceModel apart = ReferenceModel.read(form.family.folder());
    ReferenceModel stacked = ReferenceModel.read(form.write(directory.resolve("stacked")));
    double[][][] expected = apart.embed(tokens);
    double[][][] actual = stacked.embed(tokens);
    for (int block = 0; block < apart.blocks(); block++) {
      expected = apart.run(block, expected).outputs();
      actual = stacked.run(block, actual).outputs();
      assertArrayEquals(expected, actual);
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachExpertIsPrunedByWhatItReads(Form form) throws IOException {
    int[][] tokens = FamilyPruningTest.tokens(form.family.io(), 6);
    Path folder = form.write(directory.resolve("stacked"));
    ReferenceModel dense = ReferenceModel.read(folder);
    Set<String> prunable = new TreeSet<>();
    for (int block = 0; block < dense.blocks(); block++) {
      prunable.addAll(dense.run(block, dense.embed(tokens)).inputs().keySet());
    }
    assertTrue(prunable.contains("model.layers.1.mlp.experts.down_proj[3]"));
    Set<String> tensors = new TreeSet<>();
    prunable.forEach(name -> tensors.add(name.replaceAll("\\[\\d+]$", "")));
    for (PruningCase pruning : PruningCase.values()) {
      Path output = PrunedFolder.write(folder, directory.resolve(pruning.name()), pruning, tokens);
      FamilyPruningTest.assertOthersAreCopied(folder, output, tensors);
      Safetensors.readFolder(folder)
          .forEach((name, stored) -> assertSameShape(name, stored, output));
      new PruningComparison(dense, ReferenceModel.read(output), tokens).run(pruning);
    }
  }

  private static void assertSameShape(String name, Stored stored, Path output) {
    try {
      Stored written = Safetensors.readFolder(output).get(name);
      assertEquals(stored.shape(), written.shape(), name);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A router of three experts, as config.json says, and four in the stack. */
  @Test
  void expertsThatNobodyReadsAreRefused() throws IOException {
    Path folder = Form.MIXTRAL.write(directory.resolve("stacked"));
    Path weights = folder.resolve(Safetensors.SINGLE);
    Map<String, Stored> tensors = Safetensors.read(weights);
    tensors.replaceAll((name, stored) -> name.endsWith("gate.weight") ? three(stored) : stored);
    Safetensors.write(weights, tensors);
    Path file = folder.resolve("config.json");
    ObjectNode config = (ObjectNode) new ObjectMapper().readTree(file.toFile());
    Files.writeString(file, config.put("num_local_experts", 3).toString());
    int[][] tokens = FamilyPruningTest.tokens(Form.MIXTRAL.family.io(), 2);
    Path output = directory.resolve("output");
    assertEquals(
        "The tensor \"model.layers.0.mlp.experts.down_proj\" holds 4 matrices where config.json"
            + " calls for 3; check that both belong to the same model.",
        assertThrows(
                BadInputException.class,
                () -> PrunedFolder.write(folder, output, PruningCase.WANDA, tokens))
            .getMessage());
  }

  private static Stored three(Stored rows) {
    long cols = rows.shape().get(1);
    ByteBuffer bytes = rows.bytes().duplicate().limit(Math.toIntExact(3 * cols * Float.BYTES));
    return new Stored("F32", List.of(3L, cols), bytes.slice());
  }
}
