package dev.espalier.files;

import dev.espalier.BadInputException;

/**
 * The file system refused something: the disk is full, permissions changed, a network drive is
 * gone. What was finished is safe: once that is cured, the same request goes on from there.
 */
public final class StorageException extends BadInputException {
  StorageException(String message, Throwable cause) {
    super(message, cause);
  }
}
