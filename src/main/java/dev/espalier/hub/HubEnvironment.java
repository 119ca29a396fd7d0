package dev.espalier.hub;

import dev.espalier.BadInputException;
import dev.espalier.files.FileFaults;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the Hub is reached, as the environment says it to Python's {@code huggingface_hub}.
 *
 * @param cache the folder of all repositories
 * @param endpoint the server, without a slash at its end
 * @param token what the server is shown, and nobody else
 * @param offline whether the network is left alone
 * @param proxies the way to a server
 */
record HubEnvironment(
    Path cache,
    URI endpoint,
    Optional<HubToken> token,
    boolean offline,
    EnvironmentProxies proxies) {
  private static final String ENDPOINT = "https://huggingface.co";
  private static final Set<String> YES = Set.of("1", "on", "yes", "true");
  private static final Pattern VARIABLE = Pattern.compile("\\$(\\w+)|\\$\\{(\\w+)}");

  /**
   * @param variables of the environment
   * @param home the user's
   * @throws BadInputException if a variable says what cannot be
   */
  static HubEnvironment of(Map<String, String> variables, String home) {
    Reader reader = new Reader(variables, home);
    return new HubEnvironment(
        reader.cache(),
        reader.endpoint(),
        reader.token(),
        reader.yes("HF_HUB_OFFLINE") || reader.yes("TRANSFORMERS_OFFLINE"),
        EnvironmentProxies.of(variables));
  }

  private record Reader(Map<String, String> variables, String home) {
    private Optional<String> set(String name) {
      return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
    }

    boolean yes(String name) {
      return set(name).filter(value -> YES.contains(value.toLowerCase(Locale.ROOT))).isPresent();
    }

    Path cache() {
      return path("HF_HUB_CACHE")
          .or(() -> path("HUGGINGFACE_HUB_CACHE"))
          .orElseGet(() -> library().resolve("hub"));
    }

    /** Where all of Hugging Face's libraries keep their files. */
    private Path library() {
      return path("HF_HOME")
          .orElseGet(
              () ->
                  path("XDG_CACHE_HOME")
                      .orElseGet(() -> Path.of(home, ".cache"))
                      .resolve("huggingface"));
    }

    private Optional<Path> path(String name) {
      return set(name)
          .map(
              value -> {
                try {
                  return Path.of(expanded(value));
                } catch (InvalidPathException e) {
                  throw new BadInputException(
                      "%s is \"%s\", which is not a path on this system: set it to a folder, or unset it"
                          .formatted(name, FileFaults.printable(value)),
                      e);
                }
              });
    }

    /** As Python does it: {@code ~} and variables; those that are not set stay as they are. */
    private String expanded(String path) {
      UnaryOperator<String> tilde =
          text -> text.equals("~") || text.startsWith("~/") ? home + text.substring(1) : text;
      return VARIABLE
          .matcher(tilde.apply(path))
          .replaceAll(
              match -> {
                String name = match.group(1) == null ? match.group(2) : match.group(1);
                return Matcher.quoteReplacement(variables.getOrDefault(name, match.group()));
              });
    }

    URI endpoint() {
      String text = set("HF_ENDPOINT").orElse(ENDPOINT).strip().replaceFirst("/+$", "");
      try {
        URI uri = new URI(text);
        if (Set.of("http", "https").contains(String.valueOf(uri.getScheme()))
            && uri.getHost() != null
            && uri.getUserInfo() == null) {
          return uri;
        }
      } catch (URISyntaxException e) {
        // told below
      }
      throw new BadInputException(
          "HF_ENDPOINT is not the address of a server: set it to one such as "
              + ENDPOINT
              + ", or unset it");
    }

    Optional<HubToken> token() {
      if (yes("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
        return Optional.empty();
      }
      for (String name : new String[] {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
        Optional<String> value = set(name);
        if (value.isPresent()) {
          return Optional.of(new HubToken(value.get().strip(), name));
        }
      }
      Path file = path("HF_TOKEN_PATH").orElseGet(() -> library().resolve("token"));
      try {
        return Files.isRegularFile(file)
            ? Optional.of(Files.readString(file).strip())
                .filter(value -> !value.isEmpty())
                .map(value -> new HubToken(value, file.toString()))
            : Optional.empty();
      } catch (IOException e) {
        throw FileFaults.reading(file, e);
      }
    }
  }
}
