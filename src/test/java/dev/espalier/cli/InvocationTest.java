package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class InvocationTest {
  private static final String MAIN = "dev.espalier.cli.Espalier prune --output a.jar.b";

  @Test
  void theLauncherSaysWhatItWasCalledAs() {
    assertEquals("../espalier", Invocation.command("../espalier", MAIN, "x/a.jar"));
    assertEquals("'/a b/espalier'", Invocation.command("/a b/espalier", MAIN, ""));
  }

  @Test
  void aJarIsCalledAsAJar() {
    String call = "lib/espalier.jar prune --model x";
    assertEquals("java -jar lib/espalier.jar", Invocation.command(null, call, "lib/espalier.jar"));
    assertEquals("java -jar 'a b/e.jar'", Invocation.command(null, "a b/e.jar", "a b/e.jar"));
  }

  @Test
  void aFolderOfJarsIsAClassPath() {
    assertEquals(
        "java -cp '/opt/lib/*' dev.espalier.cli.Espalier",
        Invocation.command(null, MAIN, "/opt/lib/a.jar:/opt/lib/espalier.jar"));
  }

  @Test
  void whatElseThereIsHasTheProgramsName() {
    assertEquals("espalier", Invocation.command(null, MAIN, "target/classes:/opt/lib/a.jar"));
    assertEquals("espalier", Invocation.command("", "", ""));
  }
}
