package dev.espalier.hub;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/**
 * Asks the Hub for something of a repository: follows where it points, shows the token to its own
 * host alone, waits where it asks for that, and tries again what may pass.
 */
final class HubConnection {
  private static final Duration CONNECT = Duration.ofSeconds(20);
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final Duration USUAL_WAIT = Duration.ofSeconds(30);
  private static final int HOPS = 10;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  /** Java tells a proxy no password on the way to https unless this is set to nothing. */
  private static final String NOT_TO_PROXIES = "jdk.http.auth.tunneling.disabledSchemes";

  private final HubEnvironment environment;
  private final Sleeper sleeper;
  private final Progress notes;
  private final HttpClient http;

  HubConnection(HubEnvironment environment, Sleeper sleeper, Progress notes) {
    this.environment = environment;
    this.sleeper = sleeper;
    this.notes = notes;
    HttpClient.Builder client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT)
            .proxy(environment.proxies());
    environment
        .proxies()
        .authenticator()
        .ifPresent(
            passwords -> {
              if (System.getProperty(NOT_TO_PROXIES) == null) {
                System.setProperty(NOT_TO_PROXIES, "");
              }
              client.authenticator(passwords);
            });
    this.http = client.build();
  }

  /** What to ask for. */
  record Question(HubRepo repo, URI uri, boolean onlyHead, long from) {
    static Question all(HubRepo repo, URI uri) {
      return new Question(repo, uri, false, 0);
    }

    static Question head(HubRepo repo, URI uri) {
      return new Question(repo, uri, true, 0);
    }
  }

  /** What {@link Question} it answers, and how. */
  record Answer(int status, HttpHeaders headers, HttpHeaders first, InputStream body) {
    /** A header of the Hub itself or, where it has none, of where it points to. */
    Optional<String> header(String name) {
      return first.firstValue(name).or(() -> headers.firstValue(name));
    }

    boolean isWholeFile() {
      return status == 200;
    }

    boolean hasNoSuchRange() {
      return status == RANGE_NOT_SATISFIABLE;
    }
  }

  /** A new count of tries. */
  Retries retries() {
    return new Retries(sleeper, notes);
  }

  HubFaults faults(HubRepo repo) {
    return new HubFaults(environment, repo);
  }

  /**
   * Asks until there is an answer.
   *
   * @throws BadInputException if it is a refusal, or there is none
   */
  Answer ask(Question question) {
    Retries retries = retries();
    HubFaults faults = faults(question.repo());
    while (true) {
      String host = question.uri().getHost();
      try {
        HttpResponse<InputStream> first = send(question, question.uri());
        HttpResponse<InputStream> last = follow(question, first);
        host = last.uri().getHost();
        int status = last.statusCode();
        if (status < 400 || status == RANGE_NOT_SATISFIABLE) {
          return new Answer(status, last.headers(), first.headers(), last.body());
        }
        last.body().close();
        BadInputException refusal = faults.refused(status, last.headers(), last.uri());
        if (status == TOO_MANY_REQUESTS) {
          retries.asked(host, wait(last.headers()), faults.busy(host));
        } else if (status >= 500) {
          retries.failed(refusal);
        } else {
          throw refusal;
        }
      } catch (IOException e) {
        BadInputException unreachable = faults.unreachable(host, e);
        if (HubFaults.isNoHost(e)) {
          throw unreachable; // and will be none in a moment
        }
        retries.failed(unreachable);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw faults.unreachable(host, new IOException("interrupted", e));
      }
    }
  }

  /** Of a head, only as far as the Hub itself points: a file's own head lies there. */
  private HttpResponse<InputStream> follow(Question question, HttpResponse<InputStream> first)
      throws IOException, InterruptedException {
    HttpResponse<InputStream> response = first;
    for (int hop = 0; isRedirect(response); hop++) {
      URI target = target(question, response);
      boolean fileItself =
          question.onlyHead() && response.headers().map().containsKey("x-linked-etag");
      if (fileItself) {
        return response;
      }
      response.body().close();
      if (hop == HOPS) {
        throw new BadInputException(
            "%s: %s points from one place to another without end: try again later"
                .formatted(question.repo(), question.uri().getHost()));
      }
      response = send(question, target);
    }
    return response;
  }

  private static boolean isRedirect(HttpResponse<?> response) {
    int status = response.statusCode();
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private static URI target(Question question, HttpResponse<?> response) throws IOException {
    try {
      URI target = response.uri().resolve(response.headers().firstValue("Location").orElse(""));
      boolean plain = "http".equals(target.getScheme());
      if (target.getHost() == null || plain && !"http".equals(question.uri().getScheme())) {
        throw new BadInputException(
            "%s: %s points to an address that is not secure, which is not followed"
                .formatted(question.repo(), response.uri().getHost()));
      }
      return target;
    } catch (IllegalArgumentException e) {
      throw new IOException("it points to what is no address", e);
    }
  }

  private HttpResponse<InputStream> send(Question question, URI uri)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(ANSWER)
            .header("User-Agent", "espalier")
            .header("Accept-Encoding", "identity");
    if (isOwnHost(uri)) {
      environment.token().ifPresent(t -> request.header("Authorization", t.authorization()));
    }
    if (question.from() > 0) {
      request.header("Range", "bytes=" + question.from() + "-");
    }
    if (question.onlyHead()) {
      request.method("HEAD", HttpRequest.BodyPublishers.noBody());
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
  }

  /** Another port is another host. */
  private boolean isOwnHost(URI uri) {
    URI own = environment.endpoint();
    return own.getScheme().equals(uri.getScheme())
        && own.getHost().equalsIgnoreCase(uri.getHost())
        && own.getPort() == uri.getPort();
  }

  /** In seconds or as a date. */
  private static Duration wait(HttpHeaders headers) {
    String text = headers.firstValue("Retry-After").orElse("").strip();
    if (text.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    try {
      Duration wait =
          Duration.between(
              ZonedDateTime.now(),
              ZonedDateTime.parse(
                  text, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.US)));
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeException e) {
      return USUAL_WAIT;
    }
  }
}
