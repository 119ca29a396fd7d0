package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.testing.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is measured of the dense model is kept for the next run, and for no other model. */
class StatisticsRunTest {
  @TempDir Path temp;

  private static Object[] with(Object[] args, Object... more) {
    List<Object> all = new ArrayList<>(List.of(args));
    all.addAll(List.of(more));
    return all.toArray();
  }

  @Slow
  @Test
  void statisticsAreKeptAndNeverTakenForAnotherModel() throws IOException {
    Path statistics = temp.resolve("statistics.json");
    Object[] owl = {"--allocation", "owl", "--statistics", statistics, "--output"};
    Runs.prune(with(owl, temp.resolve("first"))).succeeded();
    JsonNode first = new ObjectMapper().readTree(statistics.toFile());
    assertEquals(10, first.at("/measurements/outliers.5.0").size());
    // Numbers that nobody measured: taken from the file, they show in the plan.
    ArrayNode forged = (ArrayNode) first.at("/measurements/outliers.5.0");
    forged.set(0, forged.numberNode(99.0));
    Files.writeString(statistics, first.toString());
    Runs.prune(with(owl, temp.resolve("second"))).succeeded();
    JsonNode blocks = Folders.json(temp.resolve("second/espalier.json")).get("blocks");
    assertTrue(blocks.get(0).get("density").asDouble() > 0.4, blocks::toPrettyString);
    // DLP's statistics are added in a pass of their own.
    Runs.prune("--allocation", "dlp", "--statistics", statistics, "--output", temp.resolve("third"))
        .succeeded();
    JsonNode both = new ObjectMapper().readTree(statistics.toFile());
    assertEquals(10, both.at("/measurements/score.median").size());
    assertEquals(99.0, both.at("/measurements/outliers.5.0/0").asDouble());
    Runs.prune(with(with(owl, temp.resolve("fourth")), "--seed", 5))
        .refused("statistics.json was measured with another seed");
    Runs.prune("--allocation", "owl", "--statistics", temp.resolve("none/s.json"))
        .refused("the statistics cannot be written to", "none is no folder");
    Runs.prune("--allocation", "owl", "--statistics", temp)
        .refused("that is a folder; name a file");
    for (String damage : new String[] {"[]", "[1,2,3]", "null", "\"NaN\""}) {
      ((ObjectNode) both.get("measurements"))
          .set("outliers.5.0", new ObjectMapper().readTree(damage));
      Files.writeString(statistics, both.toString());
      Runs.prune(with(owl, temp.resolve("fifth")))
          .refused("statistics.json is damaged: outliers.5.0 should be 10 numbers");
    }
    Files.writeString(statistics, "[1");
    Runs.prune(with(owl, temp.resolve("fifth"))).refused("statistics.json is not valid JSON");
  }
}
