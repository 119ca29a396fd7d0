package dev.espalier;

/** A kernel of the native library refused its arguments or failed. */
public final class NativeException extends EspalierException {
  /** Why a kernel failed: {@code esp_status}. */
  public enum Code {
    /** An argument breaks what the kernel asks for; nothing was written. */
    INVALID_ARGUMENT(-1),
    /** Valid, but not by this build or on this device; nothing was written. */
    UNSUPPORTED(-2),
    /** Of the host or of the CUDA runtime. */
    OUT_OF_MEMORY(-3),
    /** The CUDA runtime reported an error. */
    CUDA(-4),
    /** The numbers do not allow it, such as a matrix that is not positive definite. */
    NUMERICAL(-5),
    /** A fault of the library. */
    INTERNAL(-6);

    private final int status;

    Code(int status) {
      this.status = status;
    }

    /** The reason that a status stands for; INTERNAL for one that is not known. */
    public static Code of(int status) {
      for (Code code : values()) {
        if (code.status == status) {
          return code;
        }
      }
      return INTERNAL;
    }
  }

  private final Code code;

  /**
   * @param text what the library says
   */
  public NativeException(Code code, String text) {
    super(text, null);
    this.code = code;
  }

  /** Why it failed. */
  public Code code() {
    return code;
  }
}
