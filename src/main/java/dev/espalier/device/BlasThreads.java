package dev.espalier.device;

import dev.espalier.kernels.Natives;
import java.util.function.Supplier;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * The threads inside of OpenBLAS, which computes libtorch's matrix products on the CPU. Products
 * that libtorch already spreads over its own threads wait for each other there unless OpenBLAS is
 * told to use one thread for each: attention is twice as fast then.
 */
public final class BlasThreads {
  static {
    Natives.load();
  }

  private BlasThreads() {}

  /** Runs {@code work} with one OpenBLAS thread per call. */
  public static <T> T single(Supplier<T> work) {
    int threads = openblas_nolapack.blas_get_num_threads();
    openblas_nolapack.blas_set_num_threads(1);
    try {
      return work.get();
    } finally {
      openblas_nolapack.blas_set_num_threads(threads);
    }
  }
}
