package dev.espalier.checkpoint;

import dev.espalier.ByteCount;
import dev.espalier.files.FileFaults;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Something in a model folder that its copy does not have.
 *
 * @param path within the folder, with a slash at its end if it is a folder
 * @param size such as {@code 3.4 MiB}; absent for what has none
 * @param reason absent for what is no part of the model by its kind or size
 */
public record LeftBehind(String path, Optional<String> size, Optional<String> reason) {
  static LeftBehind file(Path path, long bytes) {
    return new LeftBehind(path.toString(), Optional.of(ByteCount.of(bytes)), Optional.empty());
  }

  static LeftBehind folder(Path path, long bytes) {
    return new LeftBehind(path + "/", Optional.of(ByteCount.of(bytes)), Optional.empty());
  }

  static LeftBehind because(Path path, String reason) {
    return new LeftBehind(path.toString(), Optional.empty(), Optional.of(reason));
  }

  LeftBehind because(String why) {
    return new LeftBehind(path, size, Optional.of(why));
  }

  /** All of them in a sentence for people; nothing if there are none. */
  public static Optional<String> sentence(List<LeftBehind> all) {
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "Not copied from the input folder: %s."
                .formatted(
                    all.stream().map(LeftBehind::describe).collect(Collectors.joining(", "))));
  }

  private String describe() {
    String details =
        String.join(", ", List.of(size, reason).stream().flatMap(Optional::stream).toList());
    return FileFaults.printable(path) + " (" + details + ")";
  }
}
