package dev.espalier.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A program in a process of its own, which nobody has prepared for libtorch: with the tests' class
 * path, but without the variables and properties that the tests run with.
 */
public final class ChildJvm {
  private final Class<?> program;
  private final List<String> options = new ArrayList<>(List.of("-Xmx512m"));
  private final Map<String, String> environment = new HashMap<>();
  private final List<Path> classPath = new ArrayList<>();

  /**
   * @param program has a main method
   */
  public ChildJvm(Class<?> program) {
    this.program = program;
  }

  /** What a process left behind. */
  public record Result(int code, String out, String err) {
    public Result succeeded() {
      assertEquals(0, code, () -> out + err);
      return this;
    }
  }

  public ChildJvm option(String option) {
    options.add(option);
    return this;
  }

  public ChildJvm environment(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** A folder whose classes and resources go before all others. */
  public ChildJvm classPath(Path first) {
    classPath.add(first);
    return this;
  }

  public Result run(Object... args) throws IOException, InterruptedException {
    List<String> command = JavaProcess.command(options, program, args);
    List<String> places = new ArrayList<>();
    classPath.forEach(folder -> places.add(folder.toString()));
    int given = command.indexOf("-cp") + 1;
    places.add(command.get(given));
    command.set(given, String.join(":", places));
    Path out = Files.createTempFile("child", ".out");
    Path err = Files.createTempFile("child", ".err");
    try {
      ProcessBuilder child =
          new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
      child.environment().keySet().removeAll(List.of("OMP_WAIT_POLICY", "OPENBLAS_THREAD_TIMEOUT"));
      child.environment().putAll(environment);
      int code = child.start().waitFor();
      return new Result(code, Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }
}
