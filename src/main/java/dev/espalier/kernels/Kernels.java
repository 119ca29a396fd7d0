package dev.espalier.kernels;

import dev.espalier.NativeException;
import dev.espalier.kernels.internal.NativeLibrary;
import dev.espalier.kernels.internal.NativeLibrary.Matrix;
import dev.espalier.kernels.internal.NativeLibrary.ScoreSummaryResult;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Espalier's kernels on libtorch tensors: {@code espalier.h} with tensors for views. Matrices are
 * tensors of two dimensions with contiguous rows, vectors of one; dtypes are those of the header.
 * On a CUDA device work is queued on the legacy default stream, which is libtorch's too. Every
 * method throws {@link NativeException} when the library refuses the arguments or fails.
 */
public final class Kernels {
  private static final Pointer DEFAULT_STREAM = null;

  private Kernels() {}

  /** acc[j] += Σ_t x[t, j]²; x [tokens, cols] f32, f16 or bf16, acc [cols] f64, in place. */
  public static void accumulateSquares(Tensor x, Tensor acc) {
    try (var scope = new PointerScope()) {
      Matrix xView = Matrices.view(x);
      var workspace = workspace(x, NativeLibrary.esp_accumulate_squares_workspace_bytes(xView));
      check(
          NativeLibrary.esp_accumulate_squares(
              xView, Matrices.view(acc), workspace, workspace.limit(), DEFAULT_STREAM));
    }
  }

  /** h += α·xᵀx; x [tokens, cols] f32, f16 or bf16, h [cols, cols] f32, symmetric, in place. */
  public static void accumulateHessian(Tensor x, double alpha, Tensor h) {
    try (var scope = new PointerScope()) {
      Matrix xView = Matrices.view(x);
      var workspace = workspace(x, NativeLibrary.esp_accumulate_hessian_workspace_bytes(xView));
      check(
          NativeLibrary.esp_accumulate_hessian(
              xView, alpha, Matrices.view(h), workspace, workspace.limit(), DEFAULT_STREAM));
    }
  }

  /**
   * The precision to factor h in: Double where its device is fast in it, else Float, with Double to
   * fall back on.
   */
  public static ScalarType factorPrecision(Tensor h) {
    int precision = NativeLibrary.esp_factor_precision(Matrices.device(h));
    return precision == Matrices.dtype(ScalarType.Double) ? ScalarType.Double : ScalarType.Float;
  }

  /**
   * Replaces H by U, the upper Cholesky factor of (H + damping·mean(diag H)·I)⁻¹ = UᵀU.
   *
   * @param h [n, n] f32, in place; unchanged on failure
   * @param precision Double factors in f64, Float in f32
   * @param dead [n] u8, receives 1 where the column of H is zero
   * @return empty, or the column whose pivot was not positive
   */
  public static OptionalLong inverseFactor(
      Tensor h, double damping, ScalarType precision, Tensor dead) {
    try (var scope = new PointerScope()) {
      Matrix hView = Matrices.view(h);
      int type = Matrices.dtype(precision);
      var workspace = workspace(h, NativeLibrary.esp_inverse_factor_workspace_bytes(hView, type));
      var failed = new LongPointer(1).put(-1L);
      int status =
          NativeLibrary.esp_inverse_factor(
              hView,
              damping,
              type,
              Matrices.view(dead),
              failed,
              workspace,
              workspace.limit(),
              DEFAULT_STREAM);
      if (failed.get() >= 0) {
        return OptionalLong.of(failed.get());
      }
      check(status);
      return OptionalLong.empty();
    }
  }

  /**
   * SparseGPT's column sweep, unstructured.
   *
   * @param w [rows, cols] f32, pruned and updated in place
   * @param u [cols, cols] f32, from {@link #inverseFactor}
   * @param loss [rows, 1] f64, receives Σ e²/2 of each row
   */
  public static void sparseGptSweep(
      Tensor w, Tensor u, double sparsity, Rounding rounding, int blockCols, Tensor loss) {
    try (var scope = new PointerScope()) {
      Matrix wView = Matrices.view(w);
      var workspace =
          workspace(w, NativeLibrary.esp_sparsegpt_sweep_workspace_bytes(wView, blockCols));
      check(
          NativeLibrary.esp_sparsegpt_sweep(
              wView,
              Matrices.view(u),
              sparsity,
              rounding.value,
              blockCols,
              Matrices.view(loss),
              workspace,
              workspace.limit(),
              DEFAULT_STREAM));
    }
  }

  /** SparseGPT's column sweep with {@code keep} weights kept of every {@code group}. */
  public static void sparseGptSweepNofM(
      Tensor w, Tensor u, int keep, int group, int blockCols, Tensor loss) {
    try (var scope = new PointerScope()) {
      Matrix wView = Matrices.view(w);
      var workspace =
          workspace(w, NativeLibrary.esp_sparsegpt_sweep_workspace_bytes(wView, blockCols));
      check(
          NativeLibrary.esp_sparsegpt_sweep_n_of_m(
              wView,
              Matrices.view(u),
              keep,
              group,
              blockCols,
              Matrices.view(loss),
              workspace,
              workspace.limit(),
              DEFAULT_STREAM));
    }
  }

  /** Zeroes the smallest |w|·s of each row; w [rows, cols] in place, s [cols] f32. */
  public static void pruneRowsSmallest(Tensor w, Tensor s, double sparsity, Rounding rounding) {
    try (var scope = new PointerScope()) {
      Matrix wView = Matrices.view(w);
      var workspace = workspace(w, NativeLibrary.esp_prune_rows_smallest_workspace_bytes(wView));
      check(
          NativeLibrary.esp_prune_rows_smallest(
              wView,
              Matrices.view(s),
              sparsity,
              rounding.value,
              workspace,
              workspace.limit(),
              DEFAULT_STREAM));
    }
  }

  /** Zeroes the smallest |w| of the whole matrix; w [rows, cols] in place. */
  public static void pruneMatrixSmallest(Tensor w, double sparsity, Rounding rounding) {
    try (var scope = new PointerScope()) {
      Matrix wView = Matrices.view(w);
      var workspace = workspace(w, NativeLibrary.esp_prune_matrix_smallest_workspace_bytes(wView));
      check(
          NativeLibrary.esp_prune_matrix_smallest(
              wView, sparsity, rounding.value, workspace, workspace.limit(), DEFAULT_STREAM));
    }
  }

  /** Keeps the {@code keep} largest |w| of every {@code group} consecutive weights of a row. */
  public static void pruneNofM(Tensor w, int keep, int group) {
    try (var scope = new PointerScope()) {
      check(NativeLibrary.esp_prune_n_of_m(Matrices.view(w), null, keep, group, DEFAULT_STREAM));
    }
  }

  /** Keeps the {@code keep} largest |w|·s of every {@code group} consecutive weights of a row. */
  public static void pruneNofM(Tensor w, Tensor s, int keep, int group) {
    try (var scope = new PointerScope()) {
      check(
          NativeLibrary.esp_prune_n_of_m(
              Matrices.view(w), Matrices.view(s), keep, group, DEFAULT_STREAM));
    }
  }

  /**
   * Statistics of |w|·s over several linears together.
   *
   * @param weights each [rows_i, cols_i]
   * @param scales each [cols_i] f32
   * @param outlierMultiple OWL's M: outliers exceed M·mean
   */
  public static ScoreSummary scoreSummary(
      List<Tensor> weights, List<Tensor> scales, double outlierMultiple) {
    if (weights.isEmpty() || weights.size() != scales.size()) {
      throw new IllegalArgumentException("at least one weight, and a vector of scales for each");
    }
    try (var scope = new PointerScope()) {
      Matrix weightViews = Matrices.view(weights);
      int matrices = weights.size();
      var workspace =
          workspace(
              weights.get(0),
              NativeLibrary.esp_score_summary_workspace_bytes(weightViews, matrices));
      var result = new ScoreSummaryResult();
      check(
          NativeLibrary.esp_score_summary(
              weightViews,
              Matrices.view(scales),
              matrices,
              outlierMultiple,
              result,
              workspace,
              workspace.limit(),
              DEFAULT_STREAM));
      return new ScoreSummary(
          result.count(),
          result.outliers(),
          result.sum(),
          result.mean(),
          result.median(),
          result.standard_deviation(),
          result.max());
    }
  }

  /** The number of zeros in w [rows, cols]. */
  public static long countZeros(Tensor w) {
    try (var scope = new PointerScope()) {
      var zeros = new LongPointer(1);
      Matrix view = Matrices.view(w);
      var workspace = workspace(w, NativeLibrary.esp_count_zeros_workspace_bytes(view));
      check(
          NativeLibrary.esp_count_zeros(view, zeros, workspace, workspace.limit(), DEFAULT_STREAM));
      return zeros.get();
    }
  }

  /** Upper bound on the CPU threads of a kernel; 0 for all. libtorch's own is set apart. */
  public static void setThreads(int threads) {
    check(NativeLibrary.esp_set_num_threads(threads));
  }

  /** The CPU threads a kernel may use. */
  public static int threads() {
    return NativeLibrary.esp_num_threads();
  }

  /** "avx512", "avx2" or "portable". */
  public static String cpuInstructionSet() {
    return text(NativeLibrary.esp_cpu_isa());
  }

  /** The native library's release, such as 1.2.3 or 1.2.3-SNAPSHOT: that of {@code pom.xml}. */
  public static String version() {
    return text(NativeLibrary.esp_version());
  }

  /** CUDA devices our library can use; 0 in a build without CUDA. */
  public static int cudaDevices() {
    return NativeLibrary.esp_cuda_device_count();
  }

  /**
   * What keeps our library from devices that this machine seems to have, such as a driver that is
   * too old, as a clause; empty where there are devices, and where there is no driver or device at
   * all or the build is without CUDA.
   */
  public static Optional<String> cudaFault() {
    int status = NativeLibrary.esp_check_cuda();
    if (status == 0 || NativeException.Code.of(status) == NativeException.Code.UNSUPPORTED) {
      return Optional.empty();
    }
    return Optional.of(saidLast());
  }

  /**
   * What keeps our kernels from one of {@link #cudaDevices()}, as a clause that begins with its
   * name; empty if they run there.
   */
  public static Optional<String> cudaFault(int device) {
    return NativeLibrary.esp_check_cuda_device(device) == 0
        ? Optional.empty()
        : Optional.of(saidLast());
  }

  /** The last failed call's sentence, without the operation. */
  private static String saidLast() {
    String said = text(NativeLibrary.esp_last_error());
    return said.substring(said.indexOf(": ") + 2);
  }

  /** Scratch memory beside {@code tensor}, from libtorch's allocator; freed with the scope. */
  private static Pointer workspace(Tensor tensor, long bytes) {
    TensorOptions options = tensor.options().dtype(new ScalarTypeOptional(ScalarType.Byte));
    long size = Math.max(bytes, 1);
    return torch.empty(new long[] {size}, options, null).data_ptr().limit(size);
  }

  private static void check(int status) {
    if (status != 0) {
      throw new NativeException(
          NativeException.Code.of(status), text(NativeLibrary.esp_last_error()));
    }
  }

  private static String text(BytePointer text) {
    return text == null ? "" : text.getString();
  }
}
