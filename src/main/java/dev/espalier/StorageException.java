package dev.espalier;

/**
 * The file system refused something: the disk is full, permissions changed, a network drive is
 * gone. What was finished is safe: once that is cured, the same request goes on from there.
 */
public final class StorageException extends EspalierException {
  /**
   * @param advice what the sentence advises to set otherwise
   */
  public StorageException(String sentence, Throwable cause, Setting... advice) {
    super(sentence, cause, advice);
  }
}
