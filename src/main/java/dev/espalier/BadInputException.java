package dev.espalier;

/**
 * Something the user gave cannot be used. The message is one sentence for the user: what is wrong,
 * where, and what to do.
 */
public class BadInputException extends RuntimeException {
  public BadInputException(String message) {
    super(message);
  }

  public BadInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
