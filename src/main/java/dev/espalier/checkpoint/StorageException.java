package dev.espalier.checkpoint;

import dev.espalier.BadInputException;

/** The disk is full. What was finished is safe: the same request goes on from there. */
public final class StorageException extends BadInputException {
  StorageException(String message, Throwable cause) {
    super(message, cause);
  }
}
