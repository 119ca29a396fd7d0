package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.testing.Samples;
import dev.espalier.testing.TinyModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs command lines in this process. */
final class Runs {
  /** What a small run on the sample looks like: seconds, not minutes. */
  private static final List<String> SMALL = List.of("--samples", "4", "--seq-len", "64");

  private static final List<String> COMPUTING = List.of("prune", "eval", "search", "allocate");

  private Runs() {}

  /** What a run left behind on its streams. */
  record Result(int code, String out, String err) {
    Result succeeded() {
      assertEquals(ExitCode.OK, code, err);
      return this;
    }

    /** Expects exit code 2 and one sentence with all of these parts. */
    Result refused(String... parts) {
      assertEquals(ExitCode.BAD_INPUT, code, () -> out + err);
      assertEquals(1, err.lines().count(), err);
      assertTrue(err.startsWith("espalier: "), err);
      assertFalse(err.contains("Exception"), err);
      for (String part : parts) {
        assertTrue(err.contains(part), () -> "no '" + part + "' in: " + err);
      }
      return this;
    }

    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(out);
    }
  }

  /** On the CPU, unless a device is given. */
  static Result run(Object... args) {
    List<Object> words = new ArrayList<>(List.of(args));
    if (args.length > 0 && COMPUTING.contains(args[0]) && !words.contains("--device")) {
      words.addAll(1, List.of("--device", "cpu"));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Espalier.run(
            words.stream().map(Object::toString).toArray(String[]::new),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** A small prune of the sample, which measures nothing unless told to. */
  static Result prune(Object... args) {
    return run(with("prune", args));
  }

  /**
   * The same of a model of three tiny blocks, for what does not depend on the model.
   *
   * @param model where it is, or is to be made
   */
  static Result pruneTiny(Path model, Object... args) throws IOException {
    if (!Files.exists(model)) {
      TinyModel.folder(model);
    }
    List<Object> line = new ArrayList<>(List.of("--model", model));
    List<Object> given = List.of(args);
    if (!given.contains("--calibration")) {
      line.addAll(List.of("--calibration", Samples.CALIBRATION));
    }
    line.addAll(given);
    return prune(line.toArray());
  }

  private static Object[] with(String command, Object... args) {
    List<Object> all = new ArrayList<>(List.of(command));
    List<Object> given = List.of(args);
    if (!given.contains("--samples") && !given.contains("--seq-len")) {
      all.addAll(SMALL);
    }
    if (!given.contains("--evaluate")) {
      all.addAll(List.of("--evaluate", "none"));
    }
    all.addAll(given);
    return all.toArray();
  }
}
