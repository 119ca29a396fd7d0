package dev.espalier.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** A headless Chromium; tests that ask for one are skipped where none is installed. */
public final class Browser {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");

  private final String program;
  private final Path scratch;

  private Browser(String program, Path scratch) {
    this.program = program;
    this.scratch = scratch;
  }

  /**
   * @param scratch a folder for what it writes
   */
  public static Browser inFolder(Path scratch) {
    Optional<String> program = find();
    assumeTrue(program.isPresent(), "Chromium is not installed, so no page is rendered");
    return new Browser(program.get(), scratch);
  }

  private static Optional<String> find() {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  /** The document as it is after rendering and running its scripts. */
  public String dom(Path page) throws IOException, InterruptedException {
    return run(page, "--virtual-time-budget=2000", "--dump-dom");
  }

  /** What a person would see first. */
  public BufferedImage screenshot(Path page, int width, int height)
      throws IOException, InterruptedException {
    Path image = scratch.resolve("screenshot.png");
    run(
        page,
        "--hide-scrollbars",
        "--window-size=%d,%d".formatted(width, height),
        "--screenshot=" + image);
    return ImageIO.read(image.toFile());
  }

  private String run(Path page, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program, "--headless", "--no-sandbox"));
    command.addAll(List.of("--disable-gpu", "--disable-dev-shm-usage"));
    command.add("--user-data-dir=" + scratch.resolve("profile"));
    Stream.of(options).forEach(command::add);
    command.add(page.toUri().toString());
    Path out = scratch.resolve("browser.out");
    Path err = scratch.resolve("browser.err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertTrue(process.waitFor(2, TimeUnit.MINUTES), "the browser hangs");
    } finally {
      process.destroyForcibly();
    }
    assertEquals(0, process.exitValue(), () -> "see " + err);
    return Files.readString(out);
  }
}
