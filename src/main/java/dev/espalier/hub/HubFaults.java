package dev.espalier.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.BadInputException;
import dev.espalier.files.FileFaults;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpHeaders;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;

/** The sentences about what the Hub refuses. */
record HubFaults(HubEnvironment environment, HubRepo repo) {
  /** What its answer means. */
  BadInputException refused(int status, HttpHeaders headers, URI uri) {
    String code = headers.firstValue("X-Error-Code").orElse("");
    String page = repo.page(environment.endpoint()).toString();
    if (code.equals("GatedRepo")) {
      return gated(page);
    }
    if (code.equals("RevisionNotFound")) {
      return new BadInputException(
          "%s: the %s is on the Hub, but has no revision %s: name a branch, a tag or a commit of %s"
              .formatted(
                  repo,
                  repo.kind().word(),
                  FileFaults.quote(repo.name().revision()),
                  page + "/tree/main"));
    }
    if (code.equals("EntryNotFound")) {
      return new BadInputException(
          "%s: the %s has no file %s"
              .formatted(
                  repo,
                  repo.kind().word(),
                  FileFaults.quote(
                      URLDecoder.decode(
                          uri.getRawPath().replaceFirst(".*/resolve/[^/]+/", ""), UTF_8))));
    }
    if (status == 401 && !code.equals("RepoNotFound") && environment.token().isPresent()) {
      return new BadInputException(
          "%s: %s does not take %s: set HF_TOKEN to a valid one, or unset it"
              .formatted(repo, environment.endpoint().getHost(), environment.token().get()));
    }
    if (code.equals("RepoNotFound") || status == 401 || status == 404) {
      return notFound(page);
    }
    if (status == 403) {
      return new BadInputException(
          "%s: %s refuses access%s: see %s"
              .formatted(
                  repo,
                  uri.getHost(),
                  environment.token().map(token -> " with " + token).orElse(" without a token"),
                  page));
    }
    return new BadInputException(
        "%s: %s answers with status %d: try again later".formatted(repo, uri.getHost(), status));
  }

  private BadInputException gated(String page) {
    return new BadInputException(
        environment
            .token()
            .map(
                token ->
                    "%s is gated, and %s has no access: accept its conditions at %s with that account"
                        .formatted(repo, token, page))
            .orElseGet(
                () ->
                    "%s is gated: accept its conditions at %s, and set HF_TOKEN to a token of that account"
                        .formatted(repo, page)));
  }

  /** A name may have been meant as a path. */
  static String notHere(HubRepo repo) {
    return repo.kind() == RepoKind.MODEL ? "there is no such folder, and " : "";
  }

  private BadInputException notFound(String page) {
    return new BadInputException(
        "%s: %s%s shows no such %s%s: check the name, or give a path"
            .formatted(
                repo,
                notHere(repo),
                page.substring(0, page.length() - repo.name().id().length() - 1),
                repo.kind().word(),
                environment
                    .token()
                    .map(token -> " to " + token)
                    .orElse(" without a token (a private one needs HF_TOKEN)")));
  }

  /** Too many requests, and no end of them. */
  BadInputException busy(String host) {
    return new BadInputException(
        "%s: %s answers that there are too many requests%s: try again later"
            .formatted(
                repo,
                host,
                environment.token().isPresent() ? "" : "; with HF_TOKEN set it allows more"));
  }

  /** The network is not there, or not as it should be. */
  BadInputException unreachable(String host, IOException e) {
    return new BadInputException(
        "%s: %s%s cannot be reached (%s): check the network and HTTPS_PROXY, or give a path"
            .formatted(repo, notHere(repo), host, reason(e)),
        e);
  }

  /** Whether nobody knows the host. */
  static boolean isNoHost(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return true;
      }
    }
    return false;
  }

  /** What a fault of the network is, for people. */
  private static String reason(IOException e) {
    if (isNoHost(e)) {
      return "no such host is known";
    }
    if (e instanceof HttpTimeoutException) {
      return "no answer";
    }
    if (e instanceof SSLException) {
      return "its certificate is not accepted: " + FileFaults.printable(e.getMessage());
    }
    if (e instanceof ConnectException && e.getMessage() == null) {
      return "connection refused";
    }
    return e.getMessage() == null
        ? e.getClass().getSimpleName()
        : FileFaults.printable(e.getMessage());
  }
}
