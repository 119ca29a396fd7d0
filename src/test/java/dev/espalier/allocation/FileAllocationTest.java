package dev.espalier.allocation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.BadInputException;
import dev.espalier.kernels.Rounding;
import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.testing.Linears;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileAllocationTest {
  private static final MeasuredModel MODEL =
      new MeasuredModel(
          List.of(
              List.of(Linears.of("a", 2, 3), Linears.of("b", 2, 3)),
              List.of(Linears.of("c", 2, 3))),
          Map.of());

  @TempDir Path folder;

  private FileAllocation read(String json) throws IOException {
    Path file = folder.resolve("ratios.json");
    Files.writeString(file, json);
    return FileAllocation.read(file);
  }

  @Test
  void aListHoldsDensitiesOfBlocks() throws IOException {
    FileAllocation allocation = read("[0.4, 0.2]");
    assertEquals(Granularity.BLOCK, allocation.granularity());
    assertArrayEquals(new double[] {0.4, 0.2}, allocation.densities(0.7, MODEL));
  }

  @Test
  void anObjectHoldsSparsitiesOfLinears() throws IOException {
    FileAllocation allocation = read("{\"c\": 1, \"a\": 0.25, \"b\": 0}");
    assertEquals(Granularity.LINEAR, allocation.granularity());
    assertArrayEquals(new double[] {0.75, 1, 0}, allocation.densities(0.7, MODEL));
  }

  @Test
  void aReportHoldsTheTargetsOfLinears() throws IOException {
    FileAllocation allocation =
        read(
            "{\"model\": \"m\", \"blocks\": [{\"linears\": [{\"name\": \"a\", \"target\": 0.5},"
                + " {\"name\": \"b\", \"target\": 0.6}]},"
                + " {\"linears\": [{\"name\": \"c\", \"target\": 0.7}]}]}");
    assertArrayEquals(new double[] {0.5, 0.4, 0.3}, allocation.densities(0.7, MODEL), 1e-15);
  }

  @Test
  void whatAllocateWroteOfOneAllocationIsTaken() throws IOException {
    String one =
        "{\"allocation\": \"%s\", \"linear_sparsities\": {\"a\": 0, \"b\": 0.5, \"c\": 1}}";
    String dlp = one.formatted("dlp");
    String file = "{\"espalier\": \"0.1.0\", \"sparsity\": 0.5, \"allocations\": [%s]}";
    FileAllocation allocation = read(file.formatted(dlp));
    assertArrayEquals(new double[] {1, 0.5, 0}, allocation.densities(0.5, MODEL));
    String two = file.formatted(dlp + ", " + one.formatted("owl"));
    var e = assertThrows(BadInputException.class, () -> read(two));
    assertTrue(e.getMessage().contains("several allocations (dlp, owl)"), e::getMessage);
  }

  /** Blocks of two to five linears, of which no two are alike. */
  private static MeasuredModel unequalModel(Random random) {
    List<List<LinearDescription>> blocks = new ArrayList<>();
    int count = 1 + random.nextInt(12);
    for (int b = 0; b < count; b++) {
      List<LinearDescription> linears = new ArrayList<>();
      int size = 2 + random.nextInt(4);
      for (int i = 0; i < size; i++) {
        linears.add(
            Linears.of(b + "." + i, 1 + random.nextInt(90), 16L * (1 + random.nextInt(40))));
      }
      blocks.add(linears);
    }
    return new MeasuredModel(blocks, Map.of());
  }

  private static SparsityAllocation random(Random random, Granularity granularity) {
    long seed = random.nextLong();
    return new SparsityAllocation() {
      @Override
      public String name() {
        return "random";
      }

      @Override
      public Map<String, Object> parameters() {
        return Map.of();
      }

      @Override
      public Granularity granularity() {
        return granularity;
      }

      @Override
      public double[] densities(double sparsity, MeasuredModel model) {
        return new Random(seed)
            .doubles(model.units(granularity))
            .map(d -> 1 - sparsity + 0.5 * (d - 0.5))
            .toArray();
      }
    };
  }

  private SparsityAllocation written(SparsityPlan plan, MeasuredModel model) throws IOException {
    Map<String, Double> linears = new LinkedHashMap<>();
    plan.byName(model).forEach(linears::putAll);
    return read(new ObjectMapper().writeValueAsString(linears));
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 10, 16})
  void aRoundedPlanThatWasWrittenIsThatPlanAgain(int group) throws IOException {
    Random random = new Random(group);
    for (int trial = 0; trial < 300; trial++) {
      MeasuredModel model = unequalModel(random);
      double sparsity = 0.1 + 0.75 * random.nextDouble();
      SparsityAllocation allocation = random(random, Granularity.values()[trial % 2]);
      assertComesBack(allocation, new SparsityBudget(Rounding.EXACT), group, sparsity, model);
      // Published rounding refuses to take a linear's last weight.
      assertComesBack(
          allocation,
          new SparsityBudget(Rounding.PUBLISHED),
          group,
          Math.min(0.7, sparsity),
          model);
    }
  }

  private void assertComesBack(
      SparsityAllocation allocation,
      SparsityBudget budget,
      int group,
      double sparsity,
      MeasuredModel model)
      throws IOException {
    SparsityPlan plan = NofMRounding.plan(allocation, budget, group, sparsity, model);
    SparsityPlan again = NofMRounding.plan(written(plan, model), budget, group, sparsity, model);
    assertEquals(plan.blocks(), again.blocks());
  }

  @Test
  void anyPlanThatWasWrittenIsThatPlanAgain() throws IOException {
    Random random = new Random(1);
    for (int trial = 0; trial < 300; trial++) {
      MeasuredModel model = unequalModel(random);
      double sparsity = 0.05 + 0.9 * random.nextDouble();
      Granularity granularity = Granularity.values()[trial % 2];
      SparsityPlan plan =
          new SparsityBudget(Rounding.EXACT).plan(random(random, granularity), sparsity, model);
      SparsityPlan again =
          new SparsityBudget(Rounding.EXACT).plan(written(plan, model), sparsity, model);
      for (int b = 0; b < model.blocks().size(); b++) {
        assertEquals(plan.blocks().get(b).linears().size(), again.blocks().get(b).linears().size());
        for (int i = 0; i < model.blocks().get(b).size(); i++) {
          assertEquals(plan.sparsity(b, i), again.sparsity(b, i), 1e-15);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[0.4, 1.2] | entry 1 is 1.2",
        "[0.4, null] | entry 1 is null",
        "[\"a\", 1] | entry 0 is \"a\"",
        "{\"a\": -0.1} | a is -0.1",
        "{} | holds no allocation",
        "7 | holds no allocation",
        "{\"blocks\": [{\"linears\": [{\"name\": \"a\"}]}]} | a is missing",
        "[0.4 | is not valid JSON: Unexpected end-of-input in line 1",
        "[0.4, 0.2] xx | is not valid JSON: Unrecognized token 'xx' in line 1, column 12",
        "[0.4, 0.2] [1] | is not valid JSON: more text after its end in line 1, column 12",
        "[0.4, 0.2] // comment | is not valid JSON: Unexpected character ('/' (code 47)) in line 1",
        "{\"a\": 0.1, \"a\": 0.2} | is not valid JSON: Duplicate field 'a' in line 1, column 15",
        "[0.4, NaN] | entry 1 is NaN; a number from 0 to 1",
        "{\"a\": Infinity} | a is Infinity",
        "{\"allocations\": []} | holds no allocation",
      })
  void whatIsNoAllocationIsRefused(String json, String part) {
    var e = assertThrows(BadInputException.class, () -> read(json));
    assertTrue(e.getMessage().contains(part), e::getMessage);
    assertFalse(e.getMessage().matches("(?i).*(feature|parser|JsonNode).*"), e::getMessage);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[0.4, 0.2, 0.3] | 3 densities, but the model has 2 blocks",
        "[] | 0 densities",
        "{\"a\": 0.5, \"b\": 0.5} | says nothing of c; it must name every linear by its weight's full name",
        "{\"a\": 0.5, \"b\": 0.5, \"c\": 0.1, \"d\": 0.2} | names d",
      })
  void anotherModelsAllocationIsRefused(String json, String part) throws IOException {
    FileAllocation allocation = read(json);
    var e = assertThrows(BadInputException.class, () -> allocation.densities(0.7, MODEL));
    assertTrue(e.getMessage().contains(part), e::getMessage);
  }

  @Test
  void aMissingFileIsRefused() {
    assertThrows(BadInputException.class, () -> FileAllocation.read(folder.resolve("none.json")));
  }
}
