package dev.espalier.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder in which Hugging Face's tools keep what they have downloaded: {@code
 * models--ORG--NAME/snapshots/REVISION} is a model folder.
 */
final class HubCache {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*");

  private final Path folder;

  HubCache(Path folder) {
    this.folder = folder;
  }

  /** What to give instead of a path at which there is nothing. */
  static String advice(Path path) {
    String id = path.toString();
    if (!isId(id)) {
      return "give a folder with a model in it";
    }
    Optional<Path> cached =
        of(System.getenv(), System.getProperty("user.home")).flatMap(cache -> cache.snapshot(id));
    if (cached.isEmpty() && Files.isDirectory(path.getParent())) {
      return "give a folder with a model in it";
    }
    return "models are read from local folders, and nothing is downloaded; "
        + cached
            .map(folder -> "the cache of the Hugging Face Hub holds it in " + folder)
            .orElse("give the folder that holds it");
  }

  /**
   * Where the environment says it is; nothing if it says what is no path.
   *
   * @param home the user's
   */
  static Optional<HubCache> of(Map<String, String> environment, String home) {
    try {
      return Optional.of(new HubCache(folder(environment, home)));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static Path folder(Map<String, String> environment, String home) {
    return set(environment, "HF_HUB_CACHE")
        .or(() -> set(environment, "HUGGINGFACE_HUB_CACHE"))
        .map(path -> expanded(path, home))
        .orElseGet(
            () ->
                set(environment, "HF_HOME")
                    .map(path -> expanded(path, home))
                    .orElseGet(
                        () ->
                            set(environment, "XDG_CACHE_HOME")
                                .map(path -> expanded(path, home))
                                .orElse(Path.of(home, ".cache"))
                                .resolve("huggingface"))
                    .resolve("hub"));
  }

  private static Optional<String> set(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  private static Path expanded(String path, String home) {
    return path.startsWith("~/") ? Path.of(home, path.substring(2)) : Path.of(path);
  }

  /** Whether a name may be that of a model on the Hub: {@code ORG/NAME}. */
  static boolean isId(String name) {
    return ID.matcher(name).matches();
  }

  /** The model's folder: of the main branch, or the latest of its revisions; nothing if none. */
  Optional<Path> snapshot(String id) {
    Path model = folder.resolve("models--" + id.replace("/", "--"));
    try {
      Path main = model.resolve("refs").resolve("main");
      if (Files.isRegularFile(main)) {
        Path snapshot = model.resolve("snapshots").resolve(Files.readString(main).strip());
        if (isModel(snapshot)) {
          return Optional.of(snapshot);
        }
      }
      return latest(model.resolve("snapshots"));
    } catch (IOException | InvalidPathException e) {
      return Optional.empty(); // only advice is lost
    }
  }

  private static Optional<Path> latest(Path snapshots) throws IOException {
    if (!Files.isDirectory(snapshots)) {
      return Optional.empty();
    }
    try (Stream<Path> revisions = Files.list(snapshots)) {
      return revisions
          .filter(HubCache::isModel)
          .max(Comparator.comparingLong(folder -> folder.toFile().lastModified()));
    }
  }

  private static boolean isModel(Path folder) {
    return Files.isRegularFile(folder.resolve("config.json"));
  }
}
