package dev.espalier.files;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Files and folders that work reads, and its output must leave as they are. */
public final class ProtectedFiles {
  private final List<Path> paths = new ArrayList<>();

  /** Protects one more. */
  public ProtectedFiles and(Path path) {
    paths.add(path);
    return this;
  }

  /** Protects one more, if it is there. */
  public ProtectedFiles and(Optional<Path> path) {
    path.ifPresent(paths::add);
    return this;
  }

  /** Protects several more. */
  public ProtectedFiles and(List<Path> several) {
    paths.addAll(several);
    return this;
  }

  /**
   * @param output a file to write
   * @throws BadInputException if it is one of these, or lies in one
   */
  public void requireApart(Path output) {
    Path real = real(output);
    for (Path input : paths) {
      if (real.startsWith(real(input))) {
        throw new BadInputException(
            "writing %s would change %s, which is used here; choose another output"
                .formatted(output, input),
            Setting.OUTPUT);
      }
    }
  }

  /**
   * @param output a folder that is replaced as a whole
   * @throws BadInputException if one of these lies in it
   */
  public void requireOutside(Path output) {
    Path real = real(output);
    for (Path input : paths) {
      if (real(input).startsWith(real)) {
        throw new BadInputException(
            "%s lies in the folder %s, which is to be replaced; choose another output"
                .formatted(input, output),
            Setting.OUTPUT);
      }
    }
  }

  /** Symbolic links followed, also where the file itself does not exist yet. */
  private static Path real(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    try {
      return path.toRealPath();
    } catch (IOException e) {
      Path parent = absolute.getParent();
      return parent == null ? absolute : real(parent).resolve(absolute.getFileName());
    }
  }
}
