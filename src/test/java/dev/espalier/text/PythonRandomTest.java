package dev.espalier.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every expected number was drawn by CPython 3.11's {@code random}. */
class PythonRandomTest {
  private static final int[] BITS = {1, 7, 31, 32, 33, 48, 63};

  private static final long[][] RANGES = {
    {0, 0},
    {0, 1},
    {1, 6},
    {-5, 5},
    {0, 255},
    {0, 256},
    {0, 226241},
    {0, 2147483647},
    {0, 4294967295L},
    {0, 4294967296L},
    {-1000000000000L, 1000000000000L},
    {0, 4611686018427387904L},
    {0, 9223372036854775806L}
  };

  /** A seed's sign does not matter. */
  private static final long[] FROM_42 = {
    0,
    0,
    6,
    -1,
    125,
    114,
    36579,
    440213415,
    1812140441,
    127978094,
    -487959848821L,
    3869387381345962230L,
    4143222138124291040L
  };

  static Stream<Arguments> integersOfManyWidths() {
    return Stream.of(
        arguments(
            0L,
            new long[] {
              0,
              1,
              1,
              -1,
              248,
              207,
              205468,
              1302718217,
              4156669319L,
              598176026,
              658457579823L,
              2310513166811243937L,
              8390928167048381635L
            }),
        arguments(
            1L,
            new long[] {
              0,
              0,
              3,
              -4,
              253,
              230,
              123796,
              1630434966,
              3387541014L,
              403123852,
              962921805736L,
              3595351650018309042L,
              5602626625780437638L
            }),
        arguments(42L, FROM_42),
        arguments(-42L, FROM_42),
        arguments(
            4294967295L,
            new long[] {
              0,
              0,
              5,
              3,
              149,
              174,
              99907,
              1201118819,
              2135565362,
              276052667,
              -696730589615L,
              3371488293747643282L,
              6891751832925088955L
            }),
        arguments(
            4294967296L,
            new long[] {
              0,
              1,
              4,
              -5,
              11,
              169,
              219635,
              1940533316,
              60122280,
              1349299654,
              -159315772362L,
              1486353939633087187L,
              8298023939578832689L
            }),
        arguments(
            1099511627776L,
            new long[] {
              0,
              1,
              6,
              -4,
              218,
              24,
              101641,
              1714308564,
              2906593330L,
              1373156831,
              592367545263L,
              398921331040204953L,
              3761667172514198345L
            }),
        arguments(
            1099511627783L,
            new long[] {
              0,
              1,
              5,
              -3,
              192,
              185,
              103069,
              1902582600,
              3852568308L,
              3840894423L,
              308895385925L,
              1265932536002404005L,
              4897316327623311975L
            }),
        arguments(
            9223372036854775807L,
            new long[] {
              0,
              0,
              4,
              2,
              55,
              244,
              202757,
              1183546344,
              3292315873L,
              472319619,
              -485554300999L,
              1557592684965057200L,
              7686774850189257099L
            }),
        arguments(
            Long.MIN_VALUE,
            new long[] {
              0,
              0,
              2,
              3,
              43,
              182,
              197663,
              1430957640,
              2160982385L,
              817114749,
              473286948725L,
              1507372450077047715L,
              1712390901279619229L
            }));
  }

  @ParameterizedTest
  @MethodSource("integersOfManyWidths")
  void drawsPythonsIntegers(long seed, long[] expected) {
    PythonRandom random = new PythonRandom(seed);
    long[] drawn = Arrays.stream(RANGES).mapToLong(r -> random.randint(r[0], r[1])).toArray();
    assertArrayEquals(expected, drawn);
  }

  static Stream<Arguments> bitsOfManyWidths() {
    return Stream.of(
        arguments(
            0L,
            new long[] {
              1, 49, 1627694678, 3823568514L, 1806341205, 271752282791482L, 4481891911369680482L
            }),
        arguments(
            42L,
            new long[] {
              1, 14, 53710184, 3184935163L, 1181241943, 39274139637470L, 945351111358374057L
            }),
        arguments(
            1099511627776L,
            new long[] {
              0, 45, 1440007765, 282029048, 1832466665, 112349419819749L, 5169208209619117794L
            }));
  }

  @ParameterizedTest
  @MethodSource("bitsOfManyWidths")
  void drawsPythonsBits(long seed, long[] expected) {
    PythonRandom random = new PythonRandom(seed);
    assertArrayEquals(expected, Arrays.stream(BITS).mapToLong(random::getrandbits).toArray());
  }

  @Test
  void staysInStepOverManyDraws() {
    PythonRandom random = new PythonRandom(5);
    for (int i = 1; i < 100_000; i++) {
      random.randint(0, 356_316);
    }
    assertEquals(53895, random.randint(0, 356_316));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 64})
  void refusesOtherWidths(int bits) {
    PythonRandom random = new PythonRandom(0);
    assertThrows(IllegalArgumentException.class, () -> random.getrandbits(bits));
  }

  @Test
  void refusesAnEmptyOrTooWideRange() {
    PythonRandom random = new PythonRandom(0);
    assertThrows(IllegalArgumentException.class, () -> random.randint(1, 0));
    assertThrows(ArithmeticException.class, () -> random.randint(0, Long.MAX_VALUE));
  }
}
