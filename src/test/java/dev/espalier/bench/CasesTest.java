package dev.espalier.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kernel against the published op sequences, at small shapes. */
class CasesTest {
  static Stream<Case<?, ?>> quickCases() {
    return Cases.quick().stream();
  }

  @ParameterizedTest
  @MethodSource("quickCases")
  void passesItsGate(Case<?, ?> measured) {
    Gate gate = Harness.check(measured);
    assertTrue(gate.passed(), () -> measured.title() + ": " + gate.text());
  }

  @Test
  void quickCasesCoverAllKindsOfFullOnes() {
    assertEquals(kinds(Cases.full()), kinds(Cases.quick()));
  }

  private static List<String> kinds(List<Case<?, ?>> cases) {
    return cases.stream().map(c -> c.getClass().getSimpleName()).distinct().toList();
  }
}
