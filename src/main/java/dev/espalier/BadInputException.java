package dev.espalier;

/**
 * Something the user gave cannot be used: a model, a text, a file or a number. The message is one
 * sentence for the user: what is wrong, where, and what to do.
 */
public final class BadInputException extends EspalierException {
  /**
   * @param advice what the sentence advises to set otherwise
   */
  public BadInputException(String sentence, Setting... advice) {
    this(sentence, null, advice);
  }

  /**
   * @param advice what the sentence advises to set otherwise
   */
  public BadInputException(String sentence, Throwable cause, Setting... advice) {
    super(sentence, cause, advice);
  }
}
