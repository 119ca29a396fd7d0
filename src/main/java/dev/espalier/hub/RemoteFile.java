package dev.espalier.hub;

import dev.espalier.BadInputException;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A file of a repository, as the Hub describes it.
 *
 * @param etag what its blob is called: the SHA-256 of its bytes if it is a large file, else what
 *     git calls it
 * @param size in bytes
 * @param commit that it is of, if the server says so
 */
record RemoteFile(
    HubRepo repo, String path, URI uri, String etag, long size, Optional<String> commit) {
  private static final Pattern ETAG = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,127}");

  /** Asks for it. */
  static RemoteFile look(HubConnection connection, HubRepo repo, String path, URI uri) {
    HubConnection.Answer answer = connection.ask(HubConnection.Question.head(repo, uri));
    String etag =
        answer
            .header("X-Linked-Etag")
            .or(() -> answer.header("ETag"))
            .map(text -> text.replaceFirst("^W/", "").replace("\"", ""))
            .filter(text -> ETAG.matcher(text).matches())
            .orElseThrow(() -> undescribed(repo, path, "ETag"));
    long size =
        answer
            .header("X-Linked-Size")
            .or(() -> answer.headers().firstValue("Content-Length"))
            .filter(text -> text.matches("\\d{1,18}"))
            .map(Long::parseLong)
            .orElseThrow(() -> undescribed(repo, path, "size"));
    Optional<String> commit = answer.header("X-Repo-Commit").filter(HubName::isCommit);
    return new RemoteFile(repo, path, uri, etag, size, commit);
  }

  private static BadInputException undescribed(HubRepo repo, String path, String what) {
    return new BadInputException(
        "%s: the server gives no usable %s for %s: check HF_ENDPOINT, or try again later"
            .formatted(repo, what, path));
  }

  @Override
  public String toString() {
    return repo + "/" + path;
  }
}
