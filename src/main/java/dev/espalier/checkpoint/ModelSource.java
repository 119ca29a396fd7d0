package dev.espalier.checkpoint;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.hub.Hub;
import dev.espalier.hub.HubCopy;
import dev.espalier.hub.HubName;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a model is: in a folder, or on the Hub under the name that was given in a folder's place.
 *
 * @param folder it lies in
 * @param hub what it is a copy of; absent if a folder was given
 */
public record ModelSource(Path folder, Optional<HubCopy> hub) {
  /** What a model is called where its outputs are named after it. */
  public static String shortName(Path model) {
    return named(model)
        .map(name -> Path.of(name.id()))
        .orElseGet(() -> model.toAbsolutePath().normalize())
        .getFileName()
        .toString();
  }

  private static Optional<HubName> named(Path model) {
    return Files.exists(model, LinkOption.NOFOLLOW_LINKS)
        ? Optional.empty()
        : HubName.parse(model.toString());
  }

  /**
   * Looks for a model: what exists as a path is one, whatever else its name could be.
   *
   * @param model a folder, or {@code ORG/NAME} or {@code ORG/NAME@REVISION} on the Hub
   * @param progress hears of a download
   * @throws BadInputException if there is none
   */
  public static ModelSource find(Path model, Progress progress) {
    Optional<HubCopy> copy = named(model).map(name -> Hub.standard().model(name, progress));
    return new ModelSource(copy.map(HubCopy::path).orElse(model), copy);
  }
}
