package dev.espalier.cli;

import java.io.File;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** How this program was called, for commands that people are to paste. */
final class Invocation {
  /** The launcher says what it was called as. */
  private static final String PROPERTY = "espalier.command";

  /** The main class or jar, and its arguments. */
  private static final String JAVA_COMMAND = "sun.java.command";

  private static final String NAME = "espalier";

  private Invocation() {}

  /** The words that start it, fit for a shell. */
  static String command() {
    return command(
        System.getProperty(PROPERTY),
        System.getProperty(JAVA_COMMAND, ""),
        System.getProperty("java.class.path", ""));
  }

  static String command(String launcher, String javaCommand, String classPath) {
    if (launcher != null && !launcher.isBlank()) {
      return quoted(launcher);
    }
    // A jar's path may hold spaces, and so may arguments; only the jar ends so before the first.
    int jar = javaCommand.indexOf(".jar");
    if (jar >= 0 && isJar(javaCommand, jar + ".jar".length())) {
      return "java -jar " + quoted(javaCommand.substring(0, jar + ".jar".length()));
    }
    return folderOfJars(classPath)
        .map(folder -> "java -cp %s %s".formatted(quoted(folder + "/*"), Espalier.class.getName()))
        .orElse(NAME);
  }

  /** Of a class path such as lib/*, which Java has expanded. */
  private static Optional<Path> folderOfJars(String classPath) {
    List<Path> entries =
        Stream.of(classPath.split(File.pathSeparator))
            .filter(entry -> !entry.isEmpty())
            .map(Path::of)
            .toList();
    Set<Optional<Path>> folders = new HashSet<>();
    entries.forEach(entry -> folders.add(Optional.ofNullable(entry.getParent())));
    boolean jars = entries.stream().allMatch(entry -> entry.toString().endsWith(".jar"));
    return jars && folders.size() == 1 ? folders.iterator().next() : Optional.empty();
  }

  private static boolean isJar(String javaCommand, int end) {
    return javaCommand.length() == end || javaCommand.charAt(end) == ' ';
  }

  /** As a shell takes it for one word. */
  static String quoted(String word) {
    return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
