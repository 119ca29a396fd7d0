package dev.espalier.testing;

import dev.espalier.device.CudaSupport;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIf;

/** A test that needs a CUDA device: {@code mvn -Pgpu verify} on a machine with one. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf("dev.espalier.testing.OnCuda$Condition#holds")
public @interface OnCuda {
  /** Asked by JUnit. */
  final class Condition {
    private static final boolean CUDA = CudaSupport.probe().devices() > 0;

    private Condition() {}

    static boolean holds() {
      return CUDA;
    }
  }
}
