package dev.espalier;

/**
 * There is no computing with these numbers: activations that are not finite, a Hessian that cannot
 * be factored. The same settings give the same again; another precision, method or sparsity may
 * help.
 */
public final class NumericalException extends EspalierException {
  /**
   * @param advice what the sentence advises to set otherwise
   */
  public NumericalException(String sentence, Setting... advice) {
    this(sentence, null, advice);
  }

  private NumericalException(String sentence, Throwable cause, Setting... advice) {
    super(sentence, cause, advice);
  }

  /**
   * This one, with the name of what could not be computed.
   *
   * @param name such as a linear's; goes before the sentence
   */
  public NumericalException of(String name) {
    return new NumericalException(
        name + ": " + getMessage(), this, settings().toArray(Setting[]::new));
  }
}
