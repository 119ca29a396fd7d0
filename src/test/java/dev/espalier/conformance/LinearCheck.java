package dev.espalier.conformance;

import java.util.List;

/** Whether a linear has become what its method, in float64, makes of it. */
interface LinearCheck {

  /**
   * @param dense its weight before, [out][in]
   * @param pruned its weight after
   * @param inputs the rows that it has read
   * @throws AssertionError if it has not
   */
  void check(double[][] dense, double[][] pruned, List<double[]> inputs);
}
