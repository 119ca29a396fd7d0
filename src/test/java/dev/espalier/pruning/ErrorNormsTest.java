package dev.espalier.pruning;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Scoped.class)
class ErrorNormsTest {
  @Test
  void normsAreThoseOfDoubles() {
    for (ScalarType dtype :
        new ScalarType[] {ScalarType.Float, ScalarType.Half, ScalarType.BFloat16}) {
      Tensor w = Tensors.random(1, dtype, 33, 70);
      Tensor s = Tensors.random(2, ScalarType.Float, 70).abs();
      Tensor wide = w.to(ScalarType.Double);
      double plain = wide.square().sum().item_double();
      double scaled = wide.mul(s).square().sum().item_double();
      assertEquals(plain, ErrorNorms.squared(w), 1e-12 * plain);
      assertEquals(scaled, ErrorNorms.square(w, s).item_double(), 1e-12 * scaled);
    }
  }

  @Test
  void errorsStayBetweenNothingAndAll() {
    var measure = LinearError.Measure.WEIGHTS;
    assertEquals(0, ErrorNorms.removalError(measure, 0, 0).value());
    assertEquals(0, ErrorNorms.removalError(measure, 1, 1 + 1e-12).value());
    assertEquals(1, ErrorNorms.removalError(measure, 2, 0).value());
    assertEquals(Math.sqrt(0.5), ErrorNorms.removalError(measure, 2, 1).value());
    assertEquals(measure, ErrorNorms.removalError(measure, 2, 1).measure());
  }
}
