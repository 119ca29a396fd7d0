package dev.espalier;

import java.util.List;

/**
 * What this library throws for what goes wrong with inputs, files, numbers and kernels: a closed
 * family, so that whoever catches can tell its members apart. The message is one sentence for
 * people, on one line and without controls, whatever the text from files in it; it names things,
 * such as the sparsity, and not what a command line calls them. Errors of programming are Java's
 * own: IllegalArgumentException, IllegalStateException.
 */
public abstract sealed class EspalierException extends RuntimeException
    permits BadInputException, StorageException, NumericalException, NativeException {
  private final List<Setting> settings;

  EspalierException(String sentence, Throwable cause, Setting... advice) {
    super(Printable.of(sentence), cause);
    this.settings = List.of(advice);
  }

  /** What to set otherwise, if the sentence gives such advice; in its order, else empty. */
  public final List<Setting> settings() {
    return settings;
  }
}
