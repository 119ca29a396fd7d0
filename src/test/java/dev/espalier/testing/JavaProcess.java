package dev.espalier.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM beside this one, with the same class path. */
public final class JavaProcess {
  private JavaProcess() {}

  /**
   * The words that start it.
   *
   * @param options of the JVM, beyond those that all of ours have
   * @param program has the main method
   */
  public static List<String> command(List<String> options, Class<?> program, Object... arguments) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("-Djava.awt.headless=true");
    words.addAll(options);
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    List.of(arguments).forEach(argument -> words.add(argument.toString()));
    return words;
  }
}
