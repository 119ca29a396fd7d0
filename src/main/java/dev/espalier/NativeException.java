package dev.espalier;

/** A kernel of the native library refused its arguments or failed. */
public final class NativeException extends EspalierException {
  /** Why a kernel failed: {@code esp_status}. */
  public enum Code {
    INVALID_ARGUMENT(-1),
    UNSUPPORTED(-2),
    OUT_OF_MEMORY(-3),
    CUDA(-4),
    NUMERICAL(-5),
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
