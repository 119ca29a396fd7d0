package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.testing.Markdown;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The command lines that documents and help texts show have the options that there are. */
class DocumentedCommandsTest {
  private static final Map<String, Command> COMMANDS =
      Espalier.COMMANDS.stream().collect(Collectors.toMap(Command::name, Function.identity()));

  /** A program of its own, in C++, and what has no options. */
  private static final Set<String> OTHERS = Set.of("bench", "completion");

  private static final Pattern LINE = Pattern.compile("(?:\\$ )?(?:\\./)?espalier +([^#]*[^# ]).*");

  @TestFactory
  Stream<DynamicTest> linesOfDocumentsParse() throws IOException {
    List<String> lines = Markdown.files().stream().flatMap(DocumentedCommandsTest::lines).toList();
    assertTrue(lines.size() > 5, () -> "only " + lines);
    return lines.stream().map(DocumentedCommandsTest::parses);
  }

  @TestFactory
  Stream<DynamicTest> examplesOfHelpTextsParse() {
    return COMMANDS.values().stream()
        .flatMap(command -> command.examples().stream())
        .map(DocumentedCommandsTest::parses);
  }

  private static Stream<String> lines(Path file) {
    try {
      return Markdown.read(file).code().stream()
          .map(LINE::matcher)
          .filter(Matcher::matches)
          .map(line -> line.group(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DynamicTest parses(String line) {
    return DynamicTest.dynamicTest(line, () -> assertDoesNotThrow(() -> parse(line)));
  }

  private static void parse(String line) {
    List<String> words = Arrays.asList(line.split(" +"));
    if (OTHERS.contains(words.get(0))) {
      return;
    }
    Command command = COMMANDS.get(words.get(0));
    assertTrue(command != null, () -> "there is no command " + words.get(0));
    List<String> options = words.subList(1, words.size());
    new OptionParser(command).parse(PublishedAliases.translate(options, command).args());
  }
}
