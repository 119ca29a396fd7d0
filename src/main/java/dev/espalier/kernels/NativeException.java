package dev.espalier.kernels;

/** A kernel refused its arguments or failed. */
public final class NativeException extends RuntimeException {
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

    static Code of(int status) {
      for (Code code : values()) {
        if (code.status == status) {
          return code;
        }
      }
      return INTERNAL;
    }
  }

  private final Code code;

  NativeException(Code code, String text) {
    super(text);
    this.code = code;
  }

  public Code code() {
    return code;
  }
}
