package dev.espalier.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.testing.Slow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The short form; {@code bench/fuzz.sh} runs the long one. */
@Slow
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FuzzTest {
  private static final int INPUTS = 150;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void damagedFilesAreReadOrRefused(FuzzTarget target) throws IOException {
    Fuzz.Outcome outcome = new Fuzz(folder, 1).run(target, INPUTS);
    assertEquals(Optional.empty(), outcome.fault());
    assertEquals(INPUTS, outcome.read() + outcome.refused());
    assertTrue(outcome.refused() > INPUTS / 10, outcome::toString);
  }
}
