package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompletionTest {
  @TempDir Path temp;

  private static String script(String shell) {
    return Runs.run("completion", shell).succeeded().out();
  }

  /** What bash offers for the last of the words. */
  private List<String> offered(String... words) throws IOException {
    String line =
        Stream.of(words).map(word -> "'" + word + "'").collect(Collectors.joining(" ", "(", ")"));
    String program =
        script("bash")
            + "compopt() { :; }\nCOMP_WORDS=%s\nCOMP_CWORD=%d\n_espalier\nprintf '%%s\\n' \"${COMPREPLY[@]}\"\n"
                .formatted(line, words.length - 1);
    return run("bash", program).lines().filter(word -> !word.isEmpty()).toList();
  }

  private String run(String shell, String program) throws IOException {
    Path file = Files.writeString(temp.resolve("script"), program);
    Process process = new ProcessBuilder(shell, file.toString()).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static boolean isInstalled(String shell) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, shell)));
  }

  @Test
  void bashOffersCommandsOptionsAndValues() throws IOException {
    assertEquals(List.of("compare", "completion"), offered("espalier", "comp"));
    assertEquals(
        List.of("--damping", "--dlp-statistic", "--device", "--debug"),
        offered("espalier", "prune", "--d"));
    assertEquals(List.of("sparsegpt"), offered("espalier", "prune", "--method", "s"));
    assertEquals(
        List.of("auto", "atp", "alphapruning"), offered("espalier", "prune", "--allocation", "a"));
    assertEquals(List.of("held-out"), offered("espalier", "search", "--search-criterion", "h"));
    assertEquals(List.of("bash"), offered("espalier", "completion", "b"));
    assertEquals(List.of(), offered("espalier", "prune", "--sparsity", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "fish"})
  void everyOptionOfEveryCommandIsThere(String shell) {
    String script = script(shell);
    for (Command command : Espalier.COMMANDS) {
      assertTrue(script.contains(command.name()), command.name());
      for (Option option : new OptionParser(command).known().getOptions()) {
        String name = (shell.equals("fish") ? "-l " : "--") + option.getLongOpt();
        assertTrue(script.contains(name), () -> command.name() + " " + name);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"bash, -n", "zsh, -n", "fish, --no-execute"})
  void theShellCanReadIt(String shell, String check) throws Exception {
    assumeTrue(isInstalled(shell), shell);
    Path file = Files.writeString(temp.resolve("script"), script(shell));
    Process process =
        new ProcessBuilder(shell, check, file.toString()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertEquals("", said);
  }

  @Test
  void otherShellsAreRefused() {
    Runs.run("completion").refused("bash, zsh, fish");
    Runs.run("completion", "tcsh").refused("bash, zsh, fish");
  }
}
