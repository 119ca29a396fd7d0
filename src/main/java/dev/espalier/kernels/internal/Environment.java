package dev.espalier.kernels.internal;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * The variables of this process as C sees them, which Java cannot set. A library of its own, for it
 * must be there before those that read the variables as they are loaded; it needs nothing but libc.
 */
@Platform(value = "linux-x86_64", include = "<stdlib.h>", library = "jniespalierenv")
final class Environment {
  /** Where the library of this class was loaded from. */
  static final String LIBRARY = Loader.load();

  private Environment() {}

  /** Null where the variable is not set. */
  static native String getenv(String name);

  static native int setenv(String name, String value, int overwrite);
}
