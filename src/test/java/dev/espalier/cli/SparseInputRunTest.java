package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that were pruned before. */
class SparseInputRunTest {
  @TempDir Path temp;

  private Path sparse;

  @BeforeEach
  void pruneOnce() throws IOException {
    sparse = temp.resolve("sparse");
    Runs.pruneTiny(
            temp.resolve("dense"),
            "--method",
            "magnitude",
            "--allocation",
            "uniform",
            "--output",
            sparse)
        .succeeded();
    JsonNode zeros = zeros(sparse);
    assertEquals(0, zeros.get("before").asLong());
    assertFalse(zeros.get("stay").asBoolean());
  }

  private static JsonNode zeros(Path output) throws IOException {
    return Folders.json(output.resolve("espalier.json")).get("zeros");
  }

  private Runs.Result prune(Object... args) throws IOException {
    Object[] line = new Object[args.length + 3];
    System.arraycopy(args, 0, line, 0, args.length);
    line[args.length] = "--output";
    line[args.length + 1] = temp.resolve("out");
    line[args.length + 2] = "--overwrite";
    return Runs.pruneTiny(sparse, line).succeeded();
  }

  @Test
  void zerosStay() throws IOException {
    for (String method : new String[] {"magnitude", "wanda", "sparsegpt"}) {
      for (String how : new String[] {"--sparsity=0.5", "--sparsity=0.8", "--pattern=2:4"}) {
        var result = prune("--method", method, how, "--allocation", "uniform");
        String what = method + " " + how + " " + result.err();
        assertTrue(
            result.err().matches("(?s).*sparse already: .* weights are zero \\(69.99 %\\).*"),
            what);
        JsonNode zeros = zeros(temp.resolve("out"));
        assertTrue(zeros.get("stay").asBoolean(), what);
        assertEquals(zeros.get("before").asLong(), zeros.get("kept").asLong(), what);
        assertEquals(0, zeros.get("filled").asLong(), what);
        assertEquals(how.endsWith("0.5"), zeros.get("pruned").asLong() == 0, what);
        assertEquals(how.endsWith("0.8"), !result.err().contains("sparser than asked for"), what);
        assertFalse(result.err().contains("came back"), what);
        assertTrue(result.out().contains("; 0 that were zero came back\n"), result.out());
      }
    }
  }

  @Test
  void whatComesBackIsCounted() throws IOException {
    var result = prune("--method", "sparsegpt", "--pattern", "2:4", "--no-keep-zeros");
    JsonNode zeros = zeros(temp.resolve("out"));
    assertFalse(zeros.get("stay").asBoolean());
    long filled = zeros.get("filled").asLong();
    assertTrue(filled > 0);
    String sentence = "%,d of the %,d weights that were zero are not any more (";
    assertTrue(
        result.err().contains(sentence.formatted(filled, zeros.get("before").asLong())),
        result.err());
    assertFalse(result.err().contains("sparse already"), result.err());
  }

  @Test
  void trialsKeepZerosToo() throws IOException {
    Path found = temp.resolve("found.json");
    var result =
        Runs.run(
                "search",
                "--model",
                sparse,
                "--calibration",
                "samples/calibration.txt",
                "--samples",
                2,
                "--seq-len",
                32,
                "--windows",
                2,
                "--method",
                "sparsegpt",
                "--values",
                "uniform",
                "--keep-zeros",
                "--output",
                found)
            .succeeded();
    assertTrue(result.out().contains(" --keep-zeros"), "the command that prunes with it");
  }

  @Test
  void bothAtOnceIsRefused() throws IOException {
    Runs.run("prune", "--keep-zeros", "--no-keep-zeros")
        .refused("--keep-zeros and --no-keep-zeros exclude each other");
  }
}
