package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts that start Espalier, with a Java and a Maven that only tell what they were given. */
@EnabledOnOs(OS.LINUX)
class LauncherTest {
  private static final List<String> TOOLS =
      List.of(
          "bash", "dirname", "readlink", "find", "sed", "touch", "mkdir", "mv", "tail", "flock");

  @TempDir Path temp;
  private Path root;
  private Path tools;
  private final Map<String, String> environment = new TreeMap<>();

  /** What a process left behind. */
  private record Result(int code, String out, String err) {}

  @BeforeEach
  void makeCheckout() throws IOException {
    root = Files.createDirectories(temp.resolve("check out"));
    copy(Path.of("espalier"), root.resolve("espalier"));
    copy(Path.of("src/main/bin/espalier"), root.resolve("src/main/bin/espalier"));
    for (String name :
        List.of("pom.xml", "CMakeLists.txt", "cmake/a", "cuda/a", "bench/a", "samples/README.md")) {
      Files.createDirectories(root.resolve(name).getParent());
      Files.writeString(root.resolve(name), "x");
    }
    tools = Files.createDirectory(temp.resolve("tools"));
    for (String tool : TOOLS) {
      for (String place : List.of("/bin", "/usr/bin")) {
        Path program = Path.of(place, tool);
        if (Files.exists(program) && !Files.exists(tools.resolve(tool))) {
          Files.createSymbolicLink(tools.resolve(tool), program);
        }
      }
    }
    for (String tool : List.of("javac", "cmake", "make", "g++")) {
      script(tools.resolve(tool), "exit 0");
    }
    java(tools.resolve("java"), "17.0.9");
    script(
        tools.resolve("mvn"),
        "echo \"$*\" >>builds; mkdir -p target/espalier/bin",
        "while read -r line; do echo \"$line\"; done <src/main/bin/espalier"
            + " >target/espalier/bin/espalier",
        "/bin/chmod +x target/espalier/bin/espalier");
    environment.put("PATH", tools.toString());
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.copy(from, to);
    executable(to);
  }

  private static void java(Path file, String version) throws IOException {
    script(
        file,
        "if [[ ${1:-} == -version ]]; then echo 'openjdk version \"%s\"' >&2; exit; fi"
            .formatted(version),
        "printf '%s\\n' \"$@\"");
  }

  private static void script(Path file, String... lines) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/bash\n" + String.join("\n", lines) + "\n");
    executable(file);
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Result run(Object... words) throws IOException, InterruptedException {
    Path out = temp.resolve("out");
    Path err = temp.resolve("err");
    ProcessBuilder process =
        new ProcessBuilder(List.of(words).stream().map(Object::toString).toList())
            .directory(temp.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    process.environment().clear();
    process.environment().putAll(environment);
    int code = process.start().waitFor();
    return new Result(code, Files.readString(out), Files.readString(err));
  }

  private Result start(Object... arguments) throws IOException, InterruptedException {
    Object[] words = new Object[arguments.length + 1];
    words[0] = root.resolve("espalier");
    System.arraycopy(arguments, 0, words, 1, arguments.length);
    return run(words);
  }

  private long builds() throws IOException {
    return Files.readAllLines(root.resolve("builds")).size();
  }

  private static void assertFails(Result result, String... parts) {
    assertEquals(1, result.code(), result::toString);
    assertEquals("", result.out());
    assertEquals(1, result.err().lines().count(), result.err());
    for (String part : parts) {
      assertTrue(result.err().contains(part), result.err());
    }
  }

  @Test
  void whatIsCalledIsToldFromWhereverItIsCalled() throws Exception {
    Result direct = start("prune", "--model", "a b");
    assertEquals(0, direct.code(), direct.err());
    assertTrue(direct.out().contains("-Despalier.command=" + root.resolve("espalier") + "\n"));
    assertTrue(direct.out().endsWith("dev.espalier.cli.Espalier\nprune\n--model\na b\n"));
    Path link = Files.createSymbolicLink(temp.resolve("short"), root.resolve("espalier"));
    assertTrue(run(link).out().contains("-Despalier.command=" + link + "\n"));
    assertTrue(run("./short").out().contains("-Despalier.command=./short\n"));
    Files.createSymbolicLink(tools.resolve("espalier"), root.resolve("espalier"));
    assertTrue(run("bash", "-c", "espalier").out().contains("-Despalier.command=espalier\n"));
    assertEquals(1, builds());
  }

  @ParameterizedTest
  @CsvSource({"17.0.9,false,false", "22,true,false", "25.0.1,true,true"})
  void newerJavaIsToldWhatItWouldWarnOf(String version, boolean access, boolean memory)
      throws Exception {
    java(tools.resolve("java"), version);
    String told = start().out();
    assertEquals(access, told.contains("--enable-native-access=ALL-UNNAMED"), told);
    assertEquals(memory, told.contains("--sun-misc-unsafe-memory-access=allow"), told);
  }

  @Test
  void withoutJavaItIsSaidWhatToInstall() throws Exception {
    start();
    Files.delete(tools.resolve("java"));
    assertFails(start(), "there is no java", "apt install");
    environment.put("JAVA_HOME", "/nowhere");
    assertFails(start(), "JAVA_HOME is /nowhere");
    java(temp.resolve("jdk 8/bin/java"), "1.8.0_392");
    environment.put("JAVA_HOME", temp.resolve("jdk 8").toString());
    assertFails(start(), "Java 17 or newer", "1.8.0_392");
    script(temp.resolve("jdk 8/bin/java"), "echo broken >&2; exit 3");
    assertFails(start(), "cannot be run: broken");
  }

  @ParameterizedTest
  @ValueSource(strings = {"javac", "cmake", "make", "g++", "mvn"})
  void whatBuildingLacksIsNamed(String tool) throws Exception {
    Files.delete(tools.resolve(tool));
    String name = tool.equals("javac") ? "a JDK" : tool.equals("mvn") ? "Maven" : tool;
    assertFails(start(), "building lacks " + name, "apt install");
    assertFalse(Files.exists(root.resolve("target")));
  }

  @Test
  void onlyWhatItIsMadeOfBuildsItAnew() throws Exception {
    start();
    FileTime later = FileTime.from(Instant.now().plusSeconds(60));
    for (String name :
        List.of(
            "samples/README.md",
            "bench/RESULTS.md",
            "docs/a.md",
            "src/test/a",
            "cuda/kernels.txt")) {
      Files.createDirectories(root.resolve(name).getParent());
      Files.writeString(root.resolve(name), "x");
      Files.setLastModifiedTime(root.resolve(name), later);
    }
    start();
    assertEquals(1, builds());
    Files.setLastModifiedTime(root.resolve("cuda/a"), later);
    assertTrue(start().err().contains("Building Espalier"));
    assertEquals(2, builds());
  }

  private List<String> lastBuild() throws IOException {
    List<String> builds = Files.readAllLines(root.resolve("builds"));
    return List.of(builds.get(builds.size() - 1).split(" "));
  }

  @Test
  void otherArgumentsBuildItAnewAndStayUntilThereAreOthers() throws Exception {
    assertTrue(start().err().contains("about 190 MB"));
    environment.put("ESPALIER_MAVEN_ARGS", "-o -Pgpu");
    assertTrue(start().err().contains("about 940 MB"));
    assertTrue(lastBuild().containsAll(List.of("-o", "-Pgpu")), lastBuild()::toString);
    assertEquals("", start().err());
    environment.remove("ESPALIER_MAVEN_ARGS");
    assertEquals("", start().err());
    assertEquals(2, builds());
    Files.setLastModifiedTime(root.resolve("cuda/a"), FileTime.from(Instant.now().plusSeconds(60)));
    start();
    assertTrue(lastBuild().contains("-Pgpu"), "sources that are newer take no GPU away");
    environment.put("ESPALIER_MAVEN_ARGS", "");
    start();
    assertFalse(lastBuild().contains("-Pgpu"), lastBuild()::toString);
    assertEquals(4, builds());
  }

  @ParameterizedTest
  @CsvSource({"-Pgpu,2", "'',1"})
  void anNvccThatWasMissingBuildsTheKernelsWhenItIsThere(String arguments, int expected)
      throws Exception {
    environment.put("ESPALIER_MAVEN_ARGS", arguments);
    start();
    script(tools.resolve("nvcc"), "exit 0");
    start();
    start();
    assertEquals(expected, builds());
  }

  /** In a script of CMake's, where the compiler is only what CheckLanguage says. */
  @ParameterizedTest
  @CsvSource({"NOTFOUND,/usr/bin/nvcc,ON", "NOTFOUND,NOTFOUND,OFF", "/given/nvcc,NOTFOUND,ON"})
  void cmakeLooksAgainForAnNvccThatWasMissing(String cached, String found, String cuda)
      throws Exception {
    environment.put("PATH", System.getenv("PATH"));
    Path modules = Files.createDirectory(temp.resolve("modules"));
    Files.writeString(
        modules.resolve("CheckLanguage.cmake"),
        """
        macro(check_language language)
          if(NOT DEFINED CMAKE_${language}_COMPILER)
            set(CMAKE_${language}_COMPILER "%s" CACHE FILEPATH "")
          endif()
        endmacro()
        """
            .formatted(found));
    Path script =
        Files.writeString(
            temp.resolve("again.cmake"),
            """
            set(CMAKE_MODULE_PATH "%s")
            set(CMAKE_CUDA_COMPILER "%s" CACHE FILEPATH "")
            set(ESPALIER_ENABLE_CUDA ON)
            function(enable_language)
            endfunction()
            include("%s")
            message("CUDA is ${ESPALIER_HAS_CUDA}.")
            """
                .formatted(modules, cached, Path.of("cmake/Cuda.cmake").toAbsolutePath()));
    Result configured = run("cmake", "-P", script);
    assertTrue(configured.err().contains("CUDA is " + cuda + "."), configured::toString);
  }

  @Test
  void aBuildThatFailsIsSaidToHaveFailed() throws Exception {
    script(tools.resolve("mvn"), "echo no such thing; exit 1");
    Result failed = start();
    assertEquals(1, failed.code());
    assertTrue(failed.err().contains("no such thing\nespalier: the build failed"), failed.err());
    assertFalse(Files.exists(root.resolve("target/espalier.built")));
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void theNativeBuildOfAMovedCheckoutIsMadeAnew(boolean moved) throws Exception {
    environment.put("PATH", System.getenv("PATH"));
    Path build = Files.createDirectories(root.resolve("native"));
    Path was = moved ? temp.resolve("elsewhere") : root;
    Files.writeString(
        build.resolve("CMakeCache.txt"),
        "CMAKE_CACHEFILE_DIR:INTERNAL=%s\nCMAKE_HOME_DIRECTORY:INTERNAL=%s\n"
            .formatted(was.resolve("native"), was));
    Result forget =
        run(
            "cmake",
            "-DSOURCE=" + root,
            "-DBUILD=" + build,
            "-P",
            Path.of("cmake/ForgetMoved.cmake").toAbsolutePath());
    assertEquals(0, forget.code(), forget.err());
    assertEquals(moved, !Files.exists(build));
  }
}
