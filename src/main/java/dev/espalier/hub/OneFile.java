package dev.espalier.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A single file of a repository.
 *
 * @param path in the repository
 */
record OneFile(String path) implements FileChoice {
  @Override
  public Optional<String> index(List<String> listing) {
    return Optional.empty();
  }

  @Override
  public List<String> needed(List<String> listing, Path snapshot) {
    return List.of(path);
  }

  @Override
  public Optional<String> missing(Path snapshot) {
    return Files.exists(snapshot.resolve(path)) ? Optional.empty() : Optional.of(path);
  }
}
