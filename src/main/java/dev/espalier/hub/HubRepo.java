package dev.espalier.hub;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A repository on the Hub at a revision.
 *
 * @param name which
 */
record HubRepo(RepoKind kind, HubName name) {
  /** What its folder in the cache is called. */
  String folderName() {
    return kind.plural() + "--" + name.id().replace("/", "--");
  }

  /** The page on which people see it, and accept its conditions. */
  URI page(URI endpoint) {
    return URI.create(endpoint + "/" + kind.page() + name.id());
  }

  /** Where its files are listed. */
  URI listing(URI endpoint) {
    return URI.create(
        "%s/api/%s/%s/revision/%s"
            .formatted(endpoint, kind.plural(), name.id(), encoded(name.revision())));
  }

  /** Where a file of a commit, or of what else names one, lies. */
  URI file(URI endpoint, String revision, String path) {
    return URI.create(
        "%s/%s%s/resolve/%s/%s"
            .formatted(
                endpoint,
                kind.page(),
                name.id(),
                encoded(revision),
                Arrays.stream(path.split("/"))
                    .map(HubRepo::encoded)
                    .collect(Collectors.joining("/"))));
  }

  private static String encoded(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public String toString() {
    return name.toString();
  }
}
