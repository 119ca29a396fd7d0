package dev.espalier.allocation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileAllocationTest {
  private static final DenseModel MODEL =
      new DenseModel(
          List.of(
              List.of(new LinearShape("a", 2, 3), new LinearShape("b", 2, 3)),
              List.of(new LinearShape("c", 2, 3))),
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
        "[0.4 | is not valid JSON",
      })
  void whatIsNoAllocationIsRefused(String json, String part) {
    var e = assertThrows(BadInputException.class, () -> read(json));
    assertTrue(e.getMessage().contains(part), e::getMessage);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[0.4, 0.2, 0.3] | 3 densities, but the model has 2 blocks",
        "[] | 0 densities",
        "{\"a\": 0.5, \"b\": 0.5} | says nothing of c",
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
