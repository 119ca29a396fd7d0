package dev.espalier.kernels.internal;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Const;
import org.bytedeco.javacpp.annotation.MemberGetter;
import org.bytedeco.javacpp.annotation.MemberSetter;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * Raw bindings of {@code espalier/espalier.h}, one method a function; see there for the contracts.
 */
@Platform(
    value = "linux-x86_64",
    include = "espalier/espalier.h",
    link = "espalier@." + NativeLibrary.ABI_VERSION,
    library = "jniespalier")
public final class NativeLibrary {
  /** The {@code ESP_ABI_VERSION} that these bindings are written for. */
  public static final int ABI_VERSION = 1;

  static {
    // libtorch first: then both libraries share its OpenMP threads instead of competing.
    NativeSetup.load();
    Loader.load();
    requireAbi(esp_abi_version());
  }

  private NativeLibrary() {}

  /**
   * Refuses a library of another ABI, whose functions and structs may not be what is declared here.
   *
   * @throws UnsatisfiedLinkError if {@code found} is not {@link #ABI_VERSION}
   */
  static void requireAbi(int found) {
    if (found != ABI_VERSION) {
      throw new UnsatisfiedLinkError(
          "libespalier has ABI version "
              + found
              + ", but this build of Espalier needs version "
              + ABI_VERSION);
    }
  }

  /** Runs the initializer above; a nested class may be the first to be used. */
  private static void load() {}

  /** {@code esp_matrix}. */
  @Name("esp_matrix")
  public static final class Matrix extends Pointer {
    static {
      load();
    }

    public Matrix(long count) {
      super((Pointer) null);
      allocateArray(count);
    }

    private native void allocateArray(long count);

    @MemberSetter
    public native Matrix data(Pointer data);

    @MemberSetter
    public native Matrix rows(@Cast("int64_t") long rows);

    @MemberSetter
    public native Matrix cols(@Cast("int64_t") long cols);

    @MemberSetter
    public native Matrix row_stride(@Cast("int64_t") long stride);

    @MemberSetter
    public native Matrix dtype(@Cast("esp_dtype") int dtype);

    @MemberSetter
    public native Matrix device(@Cast("int32_t") int device);
  }

  /** {@code esp_score_summary_result}. */
  @Name("esp_score_summary_result")
  public static final class ScoreSummaryResult extends Pointer {
    static {
      load();
    }

    public ScoreSummaryResult() {
      super((Pointer) null);
      allocate();
      struct_size(sizeof());
    }

    private native void allocate();

    @MemberSetter
    public native ScoreSummaryResult struct_size(@Cast("size_t") long bytes);

    @MemberGetter
    public native @Cast("int64_t") long count();

    @MemberGetter
    public native @Cast("int64_t") long outliers();

    @MemberGetter
    public native double sum();

    @MemberGetter
    public native double mean();

    @MemberGetter
    public native double median();

    @MemberGetter
    public native double standard_deviation();

    @MemberGetter
    public native double max();
  }

  /** The header's, as it was when the bindings were compiled. */
  @MemberGetter
  public static native int ESP_ABI_VERSION();

  public static native int esp_abi_version();

  public static native @Cast("const char*") BytePointer esp_version();

  public static native @Cast("const char*") BytePointer esp_last_error();

  public static native int esp_cuda_device_count();

  public static native @Cast("int") int esp_check_cuda();

  public static native @Cast("int") int esp_check_cuda_device(int device);

  public static native @Cast("int") int esp_set_num_threads(int threads);

  public static native int esp_num_threads();

  public static native @Cast("const char*") BytePointer esp_cpu_isa();

  public static native @Cast("int") int esp_set_cpu_isa(@Cast("const char*") BytePointer isa);

  public static native @Cast("int") int esp_accumulate_squares(
      @Const Matrix x,
      @Const Matrix acc,
      Pointer workspace,
      @Cast("size_t") long workspaceBytes,
      Pointer stream);

  public static native @Cast("size_t") long esp_accumulate_squares_workspace_bytes(@Const Matrix x);

  public static native @Cast("int") int esp_accumulate_hessian(
      @Const Matrix x,
      double alpha,
      @Const Matrix h,
      Pointer workspace,
      @Cast("size_t") long workspaceBytes,
      Pointer stream);

  public static native @Cast("size_t") long esp_accumulate_hessian_workspace_bytes(@Const Matrix x);

  public static native @Cast("int") int esp_factor_precision(int device);

  public static native @Cast("int") int esp_inverse_factor(
      @Const Matrix h,
      double damping,
      @Cast("esp_dtype") int precision,
      @Const Matrix dead,
      @Cast("int64_t*") LongPointer failedPivot,
      Pointer workspace,
      @Cast("size_t") long workspaceBytes,
      Pointer stream);

  public static native @Cast("size_t") long esp_inverse_factor_workspace_bytes(
      @Const Matrix h, @Cast("esp_dtype") int precision);

  public static native @Cast("int") int esp_sparsegpt_sweep(
      @Const Matrix w,
      @Const Matrix u,
      double sparsity,
      @Cast("esp_rounding") int rounding,
      @Cast("int64_t") long blockCols,
      @Const Matrix loss,
      Pointer workspace,
      @Cast("size_t") long workspaceBytes,
      Pointer stream);

  public static native @Cast("int") int esp_sparsegpt_sweep_n_of_m(
      @Const Matrix w,
      @Const Matrix u,
      @Cast("int64_t") long keep,
      @Cast("int64_t") long group,
      @Cast("int64_t") long blockCols,
      @Const Matrix loss,
      Pointer workspace,
      @Cast("size_t") long workspaceBytes,
      Pointer stream);

  public static native @Cast("size_t") long esp_sparsegpt_sweep_workspace_bytes(
      @Const Matrix w, @Cast("int64_t") long blockCols);

  public static native @Cast("int") int esp_prune_rows_smallest(
      @Const Matrix w,
      @Const Matrix s,
      double sparsity,
      @Cast("esp_rounding") int rounding,
      Pointer workspace,
      @Cast("size_t") long workspaceBytes,
      Pointer stream);

  public static native @Cast("size_t") long esp_prune_rows_smallest_workspace_bytes(
      @Const Matrix w);

  public static native @Cast("int") int esp_prune_matrix_smallest(
      @Const Matrix w,
      double sparsity,
      @Cast("esp_rounding") int rounding,
      Pointer workspace,
      @Cast("size_t") long workspaceBytes,
      Pointer stream);

  public static native @Cast("size_t") long esp_prune_matrix_smallest_workspace_bytes(
      @Const Matrix w);

  public static native @Cast("int") int esp_prune_n_of_m(
      @Const Matrix w,
      @Const Matrix s,
      @Cast("int64_t") long keep,
      @Cast("int64_t") long group,
      Pointer stream);

  public static native @Cast("int") int esp_score_summary(
      @Const Matrix weights,
      @Const Matrix scales,
      int matrices,
      double outlierMultiple,
      ScoreSummaryResult result,
      Pointer workspace,
      @Cast("size_t") long workspaceBytes,
      Pointer stream);

  public static native @Cast("size_t") long esp_score_summary_workspace_bytes(
      @Const Matrix weights, int matrices);

  public static native @Cast("int") int esp_count_zeros(
      @Const Matrix w,
      @Cast("int64_t*") LongPointer zeros,
      Pointer workspace,
      @Cast("size_t") long workspaceBytes,
      Pointer stream);

  public static native @Cast("size_t") long esp_count_zeros_workspace_bytes(@Const Matrix w);
}
