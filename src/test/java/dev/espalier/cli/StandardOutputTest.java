package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.testing.JavaProcess;
import dev.espalier.testing.Slow;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Standard output that is full is a failure; a reader who has seen enough is none. */
@Slow
@EnabledOnOs(OS.LINUX)
class StandardOutputTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"--version", "--help", "prune --help", "inspect", "inspect --json"})
  void whatCannotBeWrittenFails(String line) throws Exception {
    Path err = folder.resolve("err");
    int code =
        new ProcessBuilder(command(line))
            .redirectOutput(new File("/dev/full"))
            .redirectError(err.toFile())
            .start()
            .waitFor();
    assertEquals(ExitCode.BAD_INPUT, code);
    String told = Files.readString(err);
    assertTrue(told.endsWith("espalier: standard output could not be written\n"), told);
  }

  @Test
  void aReaderMayStop() throws Exception {
    Path code = folder.resolve("code");
    List<String> words = new ArrayList<>(List.of("bash", "-c", "(\"$@\"; echo $? >\"$0\") | true"));
    words.add(code.toString());
    words.addAll(command("inspect --json"));
    new ProcessBuilder(words).inheritIO().start().waitFor();
    assertEquals("0\n", Files.readString(code));
  }

  private static List<String> command(String line) {
    return JavaProcess.command(List.of(), Espalier.class, (Object[]) line.split(" "));
  }
}
