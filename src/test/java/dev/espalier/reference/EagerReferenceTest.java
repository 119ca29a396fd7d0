package dev.espalier.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AbstractTensor;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The reference against examples small enough for pen and paper. */
class EagerReferenceTest {
  private PointerScope scope;

  @BeforeEach
  void openScope() {
    scope = new PointerScope();
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  @Test
  void wandaPrunesSmallestScoresOfEachRow() {
    Tensor w = matrix(2, 4, 1, -4, 2, 3, /**/ 8, 1, -2, 0.5f);
    // Scores 4 4 2 1.5 and 32 1 2 0.25.
    EagerReference.pruneWanda(w, vector(4, 1, 1, 0.5f), 0.5);
    assertValues(w, 1, -4, 0, 0, /**/ 8, 0, -2, 0);
  }

  @Test
  void wandaPrunesLowerColumnOfTieAndFloorsCount() {
    Tensor w = matrix(1, 5, 2, 1, -1, 1, 3);
    EagerReference.pruneWanda(w, vector(1, 1, 1, 1, 1), 0.5);
    assertValues(w, 2, 0, 0, 1, 3);
  }

  @Test
  void scoresOfHalfPrecisionWeightsAreSingle() {
    Tensor w = matrix(1, 2, 1, 3).to(ScalarType.BFloat16);
    Tensor score = EagerReference.score(w, vector(1.0009765625f, 1));
    assertEquals(ScalarType.Float, score.scalar_type().intern());
    assertValues(score, 1.0009765625, 3);
  }

  @Test
  void magnitudePrunesThresholdItselfAndItsTies() {
    Tensor w = matrix(2, 3, 1, -2, 2, 3, -4, 5);
    // Entry 1 of 1 2 2 3 4 5.
    EagerReference.pruneMagnitude(w, 0.2);
    assertValues(w, 0, 0, 0, 3, -4, 5);
  }

  @Test
  void keepsLargestOfEveryGroup() {
    Tensor w = matrix(1, 8, 1, 2, 3, 4, -9, 8, 1, 2);
    EagerReference.pruneNofM(w, null, 1, 4);
    assertValues(w, 0, 0, 0, 4, -9, 0, 0, 0);
  }

  @Test
  void keepsLargestScoresOfEveryGroup() {
    Tensor w = matrix(1, 4, 1, 2, 3, 4);
    EagerReference.pruneNofM(w, vector(10, 1, 2, 1), 2, 4);
    assertValues(w, 1, 0, 3, 0);
  }

  @Test
  void statisticsCoverAllLinearsTogether() {
    List<Tensor> weights = List.of(matrix(1, 2, 1, -2), matrix(2, 1, 3, 10));
    List<Tensor> norms = List.of(vector(1, 2), vector(1));
    // Scores 1 4 3 10.
    assertEquals(4.5, EagerReference.meanScore(weights, norms));
    assertEquals(3, EagerReference.medianScore(weights, norms));
    assertEquals(0.25, EagerReference.outlierRatio(weights, norms, 2));
  }

  @Test
  void normsAreRunningMeansOverSequences() {
    Tensor row = torch.zeros(2);
    EagerReference.addBatchNorms(matrix(2, 2, 3, 1, 4, 1), row, 0, 1);
    assertValues(row, 25, 2);
    EagerReference.addBatchNorms(matrix(1, 2, 1, 0), row, 1, 1);
    assertValues(row, 13, 1);
  }

  @Test
  void hessianIsRunningMeanOverSequences() {
    Tensor h = torch.zeros(2, 2);
    EagerReference.addBatchHessian(matrix(1, 2, 1, 2), h, 0, 1);
    assertValues(h, 2, 4, 4, 8);
    EagerReference.addBatchHessian(matrix(1, 2, 3, 0), h, 1, 1);
    assertValues(h, 10, 2, 2, 4);
  }

  @Test
  void factorsInverse() {
    // H⁻¹ = [2 1; 1 1] = UᵀU with U = [√2 1/√2; 0 1/√2].
    Tensor h = matrix(2, 2, 1, -1, -1, 2);
    double root = Math.sqrt(2);
    assertValues(EagerReference.inverseFactor(h, 0), root, 1 / root, 0, 1 / root);
  }

  @Test
  void dampsByMeanOfDiagonalAndRevivesDeadColumns() {
    Tensor h = matrix(2, 2, 3, 0, 0, 0);
    // diag 3 and 1, damp 0.5·2.
    assertValues(EagerReference.inverseFactor(h, 0.5), 0.5, 0, 0, Math.sqrt(0.5));
  }

  @Test
  void sweepMovesErrorToTheRight() {
    Tensor w = matrix(1, 3, 1, 8, 4);
    Tensor u = matrix(3, 3, 2, 1, -4, 0, 1, 0, 0, 0, 1);
    // Scores 0.25 64 16: the first goes, e = 0.5, and 0.5·(1, −4) is taken from the others.
    Tensor losses = EagerReference.sparseGptSweep(w, u, 0);
    assertValues(w, 0, 7.5, 6);
    assertValues(losses, 0.125);
  }

  @Test
  void sweepUpdatesLaterBlocks() {
    Tensor w = torch.ones(1, 130);
    Tensor u = torch.eye(130);
    u.narrow(0, 0, 1).narrow(1, 128, 2).copy_(matrix(1, 2, 0.25f, 0.5f));
    w.narrow(1, 0, 1).copy_(matrix(1, 1, 0.5f));
    EagerReference.sparseGptSweep(w, u, 0);
    // Block 1 loses its first weight; of (0.875, 0.75) block 2 then loses the second.
    assertValues(w.narrow(1, 0, 2), 0, 1);
    assertValues(w.narrow(1, 128, 2), 0.875, 0);
  }

  @Test
  void sweepChoosesGroupsFromUpdatedWeights() {
    Tensor w = matrix(1, 4, 1, 3, 2, 2.5f);
    Tensor u = matrix(4, 4, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
    // The first weight goes and makes 2.5 into 1.5, which then loses against 2.
    Tensor losses = EagerReference.sparseGptSweepNofM(w, u, 1, 2);
    assertValues(w, 0, 3, 2, 0);
    assertValues(losses, 0.5 + 1.125);
  }

  @Test
  void leavesNothingBehind() {
    Tensor w = torch.ones(4, 256);
    Tensor u = torch.eye(256);
    Tensor h = torch.eye(256);
    Tensor norms = torch.ones(256);
    long before = Pointer.totalCount();
    try (PointerScope results = new PointerScope()) {
      EagerReference.pruneWanda(w, norms, 0.5);
      EagerReference.pruneMagnitude(w, 0.5);
      EagerReference.pruneNofM(w, norms, 2, 4);
      EagerReference.addBatchNorms(w, norms, 1, 1);
      EagerReference.addBatchHessian(w, h, 1, 1);
      EagerReference.inverseFactor(h, 0.01);
      EagerReference.sparseGptSweep(w, u, 0.5);
      EagerReference.sparseGptSweepNofM(w, u, 2, 4);
      assertTrue(Pointer.totalCount() <= before + 3, "more than the three results");
    }
    EagerReference.meanScore(List.of(w), List.of(norms));
    EagerReference.medianScore(List.of(w), List.of(norms));
    EagerReference.outlierRatio(List.of(w), List.of(norms), 5);
    assertTrue(Pointer.totalCount() <= before);
  }

  private static Tensor matrix(long rows, long columns, float... values) {
    return vector(values).reshape(rows, columns);
  }

  private static Tensor vector(float... values) {
    return AbstractTensor.create(values);
  }

  private static void assertValues(Tensor actual, double... expected) {
    Tensor plain = actual.to(ScalarType.Double).contiguous();
    double[] values = new double[Math.toIntExact(plain.numel())];
    new DoublePointer(plain.data_ptr_double()).get(values);
    assertArrayEquals(expected, values, 1e-6);
  }
}
