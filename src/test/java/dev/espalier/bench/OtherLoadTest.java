package dev.espalier.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.bench.OtherLoad.Moment;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OtherLoadTest {
  private static final Moment START = moment("cpu  10 20 30 1000 50 5 5 80 7 7", 2);

  private static Moment moment(String line, int ownSeconds) {
    return new Moment(line, Duration.ofSeconds(ownSeconds));
  }

  /** Of 1000 ticks 500 idle and 100 waiting: 400 busy, of which we took 3 s, 300 ticks. */
  @Test
  void whatIsBusyWithoutUsIsTheShareOfOthers() {
    Moment end = moment("cpu  110 120 80 1500 150 25 15 200 9999 9999", 5);
    assertEquals(0.1, OtherLoad.share(START, end), 1e-12);
    assertEquals(0.4, OtherLoad.share(START, moment(end.line(), 2)), 1e-12);
  }

  /** Both clocks are coarse, so that we may seem to have taken more than there was. */
  @Test
  void itIsNeverNegative() {
    assertEquals(0, OtherLoad.share(START, moment("cpu  11 20 30 1099 50 5 5 80", 3)));
  }

  @Test
  void nobodyKnowsItWhereTheSystemSaysNothing() {
    assertEquals(Double.NaN, OtherLoad.share(START, START), "no time has passed");
    assertEquals(Double.NaN, OtherLoad.share(moment("", 0), moment("", 1)));
    assertEquals(
        Double.NaN, OtherLoad.share(START, moment("cpu  11 20 30 1099", 3)), "old kernels");
  }
}
