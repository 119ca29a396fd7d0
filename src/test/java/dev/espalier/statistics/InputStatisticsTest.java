package dev.espalier.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.NumericalException;
import dev.espalier.Setting;
import dev.espalier.statistics.InputHessian.Attempt;
import dev.espalier.statistics.InputHessian.InverseFactor;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Scoped.class)
class InputStatisticsTest {
  private static final int SEQUENCES = 6;

  private static InputHessian hessian(Tensor x) {
    InputHessian hessian = new InputHessian((int) x.size(1), SEQUENCES, x);
    hessian.add(x);
    return hessian;
  }

  @Test
  void normsAreThoseOfDoubles() {
    for (ScalarType dtype :
        new ScalarType[] {ScalarType.Float, ScalarType.Half, ScalarType.BFloat16}) {
      Tensor x = Tensors.activations(1, 300, 50).to(dtype);
      Tensor expected = x.to(ScalarType.Double).square().sum(0).div(new Scalar(SEQUENCES)).sqrt();
      try (ColumnNorms norms = new ColumnNorms(50, SEQUENCES, x);
          InputHessian hessian = new InputHessian(50, SEQUENCES, x)) {
        for (int i = 0; i < 3; i++) {
          norms.add(x.narrow(0, 100 * i, 100));
          hessian.add(x.narrow(0, 100 * i, 100));
        }
        Tensors.assertClose(expected, norms.norms(), 1e-7, dtype);
        Tensors.assertClose(expected, hessian.norms(), 1e-6, dtype);
        assertSame(ScalarType.Float, norms.norms().scalar_type().intern());
      }
    }
  }

  @Test
  void factorIsOfTheMeanHessian() {
    Tensor x = Tensors.activations(2, 200, 30);
    Tensor wide = x.to(ScalarType.Double);
    Tensor h = wide.t().matmul(wide).mul(new Scalar(2.0 / SEQUENCES));
    h = h.add(torch.eye(30).mul(h.diagonal().mean().mul(new Scalar(0.01))));
    try (InputHessian hessian = hessian(x)) {
      InverseFactor factor = hessian.factor(0.01);
      Tensor u = factor.u().to(ScalarType.Double);
      Tensors.assertClose(torch.eye(30), u.t().matmul(u).matmul(h), 1e-3, "inverse");
      assertEquals(0.01, factor.damping());
      double mean = 2.0 / SEQUENCES * wide.square().sum().item_double() / 30;
      assertEquals(0.01 * mean, factor.added(), 1e-5 * mean);
      assertEquals(0, factor.dead().sum().item_long());
      assertSame(factor, hessian.factor(0.01), "factored once");
      assertThrows(IllegalStateException.class, () -> hessian.add(x));
      assertThrows(IllegalStateException.class, hessian::norms);
    }
  }

  @Test
  void deadInputsAreFound() {
    Tensor x = Tensors.activations(3, 100, 20);
    x.narrow(1, 7, 2).zero_();
    try (InputHessian hessian = hessian(x)) {
      assertEquals(0, hessian.norms().narrow(0, 7, 2).abs().sum().item_double());
      InverseFactor factor = hessian.factor(0.01);
      assertEquals(2, factor.dead().sum().item_long());
      assertEquals(2, factor.dead().narrow(0, 7, 2).sum().item_long());
      // A dead input stands alone in H, with 1 and the damping.
      double alone = factor.u().narrow(0, 7, 1).narrow(1, 7, 1).item_double();
      assertEquals(1 / (alone * alone), 1 + factor.added(), 1e-5 * (1 + factor.added()));
      assertTrue(factor.u().isfinite().all().item_bool());
    }
    try (InputHessian hessian = hessian(torch.zeros(10, 5))) {
      InverseFactor factor = hessian.factor(0.01);
      assertEquals(5, factor.dead().sum().item_long());
      assertTrue(factor.u().isfinite().all().item_bool());
    }
  }

  @Test
  void moreDampingIsTriedAndReported() {
    // Rounding to f32 makes the smallest eigenvalue of nearly equal large columns negative.
    Tensor x = Tensors.activations(4, 40, 1).matmul(torch.ones(1, 64));
    x = x.add(Tensors.random(5, ScalarType.Float, 40, 64).mul(new Scalar(1e-6)));
    try (InputHessian hessian = hessian(x)) {
      InverseFactor factor = hessian.factor(1e-8);
      assertTrue(factor.damping() > 1e-8, "" + factor.damping());
      assertTrue(factor.damping() <= 1.0001e-5, "" + factor.damping());
      assertSame(factor, hessian.factor(1e-8));
      assertTrue(factor.u().isfinite().all().item_bool());
    }
  }

  @Test
  void singlePrecisionFallsBackOnDouble() {
    List<Attempt> inDouble =
        List.of(
            new Attempt(ScalarType.Double, 1),
            new Attempt(ScalarType.Double, 10),
            new Attempt(ScalarType.Double, 100),
            new Attempt(ScalarType.Double, 1000));
    assertEquals(inDouble, Attempt.inOrder(ScalarType.Double));
    List<Attempt> fromSingle = Attempt.inOrder(ScalarType.Float);
    assertEquals(new Attempt(ScalarType.Float, 1), fromSingle.get(0));
    assertEquals(inDouble, fromSingle.subList(1, fromSingle.size()));
  }

  @Test
  void activationsThatAreNotFiniteAreNamedWithTheirDtype() {
    Map<ScalarType, String> names =
        Map.of(
            ScalarType.Float, "float32",
            ScalarType.BFloat16, "bfloat16",
            ScalarType.Half, "float16");
    for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      names.forEach(
          (dtype, name) -> {
            Tensor x = Tensors.activations(6, 40, 8);
            x.narrow(0, 3, 1).narrow(1, 2, 1).zero_().add_(new Scalar(wrong));
            Tensor narrow = x.to(dtype);
            try (InputHessian hessian = hessian(narrow);
                ColumnNorms norms = new ColumnNorms(8, SEQUENCES, narrow)) {
              norms.add(narrow);
              for (var fault :
                  List.of(
                      assertThrows(NumericalException.class, () -> hessian.factor(0.01)),
                      assertThrows(NumericalException.class, norms::requireFinite))) {
                assertTrue(
                    fault.getMessage().startsWith("the calibration activations that enter it"));
                assertTrue(fault.getMessage().contains(" infinite in " + name), fault::getMessage);
                assertEquals(
                    dtype == ScalarType.Half ? List.of(Setting.COMPUTE_DTYPE) : List.of(),
                    fault.settings());
              }
            }
          });
    }
  }

  @Test
  void aHessianThatOverflowsDoesNotBlameTheActivations() {
    Tensor x = Tensors.activations(6, 40, 8).mul(new Scalar(1e20));
    try (InputHessian hessian = hessian(x);
        ColumnNorms norms = new ColumnNorms(8, SEQUENCES, x)) {
      var e = assertThrows(NumericalException.class, () -> hessian.factor(0.01));
      assertTrue(e.getMessage().startsWith("its Hessian is beyond float32"), e::getMessage);
      assertTrue(e.getMessage().contains("activations are finite"), e::getMessage);
      norms.add(x);
      norms.requireFinite();
    }
  }

  @Test
  void whatIsFiniteAndCannotBeFactoredIsTold() {
    try (InputHessian hessian = hessian(Tensors.activations(6, 40, 8))) {
      hessian.matrix().narrow(0, 0, 1).narrow(1, 7, 1).add_(new Scalar(1e9));
      var e = assertThrows(NumericalException.class, () -> hessian.factor(0.01));
      assertTrue(e.getMessage().contains("even with damping 10.0"), e::getMessage);
    }
  }
}
