package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.testing.Slow;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mixed N:M on the sample. */
@Slow
class MixedPatternRunTest {
  @TempDir Path temp;

  @Test
  void mixedPatternsMeetTheTarget() throws IOException {
    for (String method : new String[] {"magnitude", "wanda", "sparsegpt"}) {
      Path output = temp.resolve(method);
      Runs.prune(
              "--method",
              method,
              "--pattern",
              "N:8",
              "--sparsity",
              0.6,
              "--allocation",
              "atp",
              "--beta",
              0.05,
              "--output",
              output)
          .succeeded();
      JsonNode report = Folders.json(output.resolve("espalier.json"));
      assertEquals(0.6, report.at("/sparsity/achieved").asDouble(), 1.0 / 8 / 10, method);
      for (JsonNode block : report.get("blocks")) {
        double removed = 8 * block.get("sparsity").asDouble();
        assertEquals(Math.rint(removed), removed, 1e-6, method);
      }
    }
  }
}
