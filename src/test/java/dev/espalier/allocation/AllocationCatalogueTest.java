package dev.espalier.allocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.HillEstimator;
import dev.espalier.measurement.Measurement;
import dev.espalier.measurement.Measurement.Score;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AllocationCatalogueTest {
  static List<AllocationKind> kinds() {
    return AllocationCatalogue.all();
  }

  static List<NumberParameter> numbers() {
    return AllocationCatalogue.numbers();
  }

  /** Every parameter with its typical value: what all kinds can be made of. */
  private static ParameterValues typical(AllocationKind kind) {
    ParameterValues values = ParameterValues.DEFAULTS;
    for (Parameter<?> parameter : kind.parameters()) {
      values = withTypical(values, parameter);
    }
    return values;
  }

  private static <T> ParameterValues withTypical(ParameterValues values, Parameter<T> parameter) {
    return values.with(parameter, parameter.typical());
  }

  @Test
  void namesAreUnique() {
    List<String> names = kinds().stream().map(AllocationKind::name).toList();
    assertEquals(names.size(), new HashSet<>(names).size());
    List<String> published = kinds().stream().flatMap(k -> k.published().stream()).toList();
    assertEquals(published.size(), new HashSet<>(published).size());
  }

  @Test
  void parametersOfOneKeyAreTheSame() {
    List<String> keys = AllocationCatalogue.parameters().stream().map(Parameter::key).toList();
    assertEquals(keys.size(), new HashSet<>(keys).size());
    assertEquals(
        List.of(DlpAllocation.KIND, LsaAllocation.KIND),
        AllocationCatalogue.owners(DlpAllocation.ALPHA));
    assertEquals(
        List.of(AlphaPruningAllocation.KIND, LsaAllocation.KIND),
        AllocationCatalogue.owners(LsaAllocation.GRANULARITY));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyKindIsFoundAndMakesItself(AllocationKind kind) {
    assertEquals(Optional.of(kind), AllocationCatalogue.named(kind.name()));
    assertEquals(kind.name(), kind.make(typical(kind)).name());
    SparsityAllocation usual = kind.usual().of(0.7, 10);
    assertEquals(kind.name(), usual.name());
    assertEquals(kind.needs(), usual.needs());
    // Its defaults are its typical values, but where they depend on the model.
    if (kind.missing(ParameterValues.DEFAULTS).isEmpty()) {
      assertEquals(usual, kind.make(ParameterValues.DEFAULTS));
      assertEquals(usual, kind.make(typical(kind)));
    }
  }

  @Test
  void publishedNamesResolve() {
    assertEquals(Optional.of(AlphaPruningAllocation.KIND), AllocationCatalogue.published("ww"));
    assertEquals(Optional.of(OwlAllocation.KIND), AllocationCatalogue.published("owl"));
    assertEquals(Optional.empty(), AllocationCatalogue.published("lsa"));
    assertEquals(Optional.empty(), AllocationCatalogue.named("ww"));
    assertEquals(Optional.of("Lamda"), OwlAllocation.LAMBDA.published());
    assertEquals(Optional.of("Hyper_m"), OwlAllocation.M.published());
  }

  @Test
  void convenienceConstructorsTakeTheDefaults() {
    assertEquals(new DlpAllocation(0.15, Score.MEDIAN), new DlpAllocation());
    assertEquals(new OwlAllocation(0.08, 5), new OwlAllocation());
    assertEquals(
        new AlphaPruningAllocation(0.3, HillEstimator.PEAK, Granularity.BLOCK),
        new AlphaPruningAllocation());
    assertEquals(new LsaAllocation(0.15, 0.5, Granularity.BLOCK), new LsaAllocation());
    assertEquals(
        new LsaAllocation(), LsaAllocation.KIND.make(ParameterValues.DEFAULTS), "nothing is set");
  }

  @Test
  void givenValuesReachTheAllocation() {
    ParameterValues values =
        ParameterValues.DEFAULTS
            .with(LsaAllocation.ALPHA, 0.2)
            .with(LsaAllocation.GRANULARITY, Granularity.LINEAR);
    assertEquals(new LsaAllocation(0.2, 0.5, Granularity.LINEAR), LsaAllocation.KIND.make(values));
    assertEquals(new DlpAllocation(0.2, Score.MEDIAN), DlpAllocation.KIND.make(values));
  }

  @Test
  void whatIsMissingIsNamed() {
    assertEquals(
        Optional.of(AtpAllocation.BETA), AtpAllocation.KIND.missing(ParameterValues.DEFAULTS));
    var e =
        assertThrows(
            BadInputException.class, () -> AtpAllocation.KIND.make(ParameterValues.DEFAULTS));
    assertEquals("beta must be given, such as 0.01", e.getMessage());
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void numbersOutsideOfTheirRangesAreRefusedByAllOwners(NumberParameter number) {
    Range range = number.range();
    assertTrue(range.contains(number.typical()));
    List<Double> wrong =
        new ArrayList<>(
            List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -1.0));
    wrong.add(Math.nextDown(range.least()));
    wrong.add(Math.nextUp(range.most()));
    for (AllocationKind kind : AllocationCatalogue.owners(number)) {
      for (double value : wrong) {
        var e =
            assertThrows(
                BadInputException.class, () -> kind.make(typical(kind).with(number, value)));
        assertEquals(
            "%s is %s; %s needs %s".formatted(number.symbol(), value, kind.title(), range.words()),
            e.getMessage());
      }
      for (double value : new double[] {range.least(), number.typical(), range.most()}) {
        kind.make(typical(kind).with(number, value));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void aVariedParameterIsTheOnlyOneThatIsNotItsDefault(NumberParameter number) {
    AllocationKind first = AllocationCatalogue.owners(number).get(0);
    assertEquals(
        first.make(ParameterValues.DEFAULTS.with(number, 0.125)),
        AllocationCatalogue.varying(number).apply(0.125));
  }

  @Test
  void aStepOfNothingIsUniform() {
    assertEquals(new UniformAllocation(), AllocationCatalogue.varying(AtpAllocation.BETA).apply(0));
    assertTrue(new AtpAllocation(0).isUniform());
    assertFalse(new AtpAllocation(0.01).isUniform());
  }

  @Test
  void whatIsWrittenIsRead() {
    assertEquals("5", OwlAllocation.M.write(5.0));
    assertEquals("0.08", OwlAllocation.LAMBDA.write(0.08));
    assertEquals(Optional.of(2.5), OwlAllocation.M.read("2.5"));
    assertEquals(Optional.empty(), OwlAllocation.M.read("many"));
    assertEquals(List.of("peak", "mid", "scan"), AlphaPruningAllocation.HILL.choices());
    for (HillEstimator estimator : HillEstimator.values()) {
      String written = AlphaPruningAllocation.HILL.write(estimator);
      assertEquals(Optional.of(estimator), AlphaPruningAllocation.HILL.read(written));
    }
    assertEquals(Optional.empty(), AlphaPruningAllocation.HILL.read("PEAK"));
  }

  @Test
  void theUsualOnes() {
    // 2 · 0.3 / 9 = 0.0667 is the largest step.
    assertEquals(
        List.of(
            new UniformAllocation(),
            new AtpAllocation(0.0333),
            new DlpAllocation(),
            new OwlAllocation(),
            new AtpAllocation(0.0166),
            new AtpAllocation(0.05)),
        AllocationCatalogue.usual(0.7, 10));
    assertEquals(AllocationCatalogue.usualCount(), AllocationCatalogue.usual(0.7, 10).size());
  }

  @Test
  void whatIsMeasured() {
    assertEquals(
        Set.of(
            Score.MEDIAN,
            new Measurement.Outliers(5),
            new Measurement.TailExponent(HillEstimator.PEAK),
            new Measurement.ReconstructionError(0.5)),
        Set.copyOf(kinds().stream().flatMap(kind -> kind.needs().stream()).toList()));
    Stream.of(UniformAllocation.KIND, AtpAllocation.KIND, ErAllocation.ER, ErAllocation.ERK)
        .forEach(kind -> assertEquals(Set.of(), kind.needs()));
  }
}
