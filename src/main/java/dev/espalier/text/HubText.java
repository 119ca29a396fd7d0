package dev.espalier.text;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.hub.Hub;
import dev.espalier.hub.HubCopy;
import dev.espalier.hub.HubName;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text in a data set on the Hub: {@code hub:ORG/NAME[@REVISION][/PATH]}.
 *
 * @param file its path; absent if the data set has one for every purpose
 */
record HubText(HubName name, Optional<String> file) {
  private static final String PREFIX = "hub:";
  private static final Pattern NAME = Pattern.compile("hub:([^/]+/[^/]+)(?:/(.+))?");

  /**
   * The one that a text's name stands for; empty if it begins otherwise.
   *
   * @throws BadInputException if it begins so, but goes on otherwise
   */
  static Optional<HubText> parse(String text) {
    if (!text.startsWith(PREFIX)) {
      return Optional.empty();
    }
    Matcher matcher = NAME.matcher(text);
    Optional<HubName> name = matcher.matches() ? HubName.parse(matcher.group(1)) : Optional.empty();
    return Optional.of(
        new HubText(
            name.orElseThrow(
                () ->
                    new BadInputException(
                        "\"%s\" names no data set: write hub:ORG/NAME or hub:ORG/NAME/PATH"
                            .formatted(text))),
            Optional.ofNullable(matcher.group(2))));
  }

  /** A copy of its file on this machine. */
  HubCopy fetch(Hub hub, Purpose purpose, Progress progress) {
    return hub.file(name, file.orElseGet(() -> only(hub, purpose, progress)), progress);
  }

  private String only(Hub hub, Purpose purpose, Progress progress) {
    List<String> texts = hub.files(name, progress).stream().filter(HubText::isText).toList();
    List<String> fitting = texts.stream().filter(purpose::isOf).toList();
    List<String> candidates = fitting.isEmpty() ? texts : fitting;
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    if (candidates.isEmpty()) {
      throw new BadInputException(
          "%s: has no file of text, JSON lines or Parquet: name another data set".formatted(name));
    }
    throw new BadInputException(
        "%s: has %d files that could be meant; name one of them, such as %s%s/%s"
            .formatted(name, candidates.size(), PREFIX, name, candidates.get(0)));
  }

  private static boolean isText(String path) {
    String name = path.toLowerCase(Locale.ROOT);
    return name.matches("(.*/)?[^.][^/]*\\.(parquet|(txt|jsonl|json|ndjson)(\\.gz)?)")
        && !name.matches("(.*/)?(dataset_infos?|dataset_dict|state|readme|license)\\..*");
  }

  @Override
  public String toString() {
    return PREFIX + name + file.map(path -> "/" + path).orElse("");
  }
}
