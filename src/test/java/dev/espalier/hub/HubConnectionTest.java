package dev.espalier.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.espalier.BadInputException;
import dev.espalier.testing.HubServer;
import dev.espalier.testing.HubServer.Answer;
import dev.espalier.testing.HubServer.Request;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How the Hub is asked: tokens, refusals, waiting, redirections, proxies. */
class HubConnectionTest extends HubCase {
  @Test
  void theTokenIsShownToTheHubAlone() throws IOException {
    server.gate(ID, TOKEN);
    variables.put("HF_TOKEN", TOKEN + "\n");
    assertWhole(fetch(ID));
    assertTrue(server.requests().stream().anyMatch(Request::storage));
    for (Request request : server.requests()) {
      assertEquals(
          request.storage() ? Optional.empty() : Optional.of("Bearer " + TOKEN),
          request.authorization(),
          request.toString());
    }
    variables.put("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
    refused(BadInputException.class, ID, "is gated");
  }

  @Test
  void theTokenMayStandInAFile() throws IOException {
    server.gate(ID, TOKEN);
    Files.writeString(home.resolve("token"), TOKEN + "\n");
    assertWhole(fetch(ID));
    Path other = Files.writeString(home.resolve("other"), "hf_other");
    variables.put("HF_TOKEN_PATH", other.toString());
    refused(BadInputException.class, ID, "is gated, and the token of " + other + " has no access");
  }

  @Test
  void gatedAndUnknownModelsAreToldApart() {
    server.gate(ID, TOKEN);
    refused(
        BadInputException.class,
        ID,
        "org/model is gated: accept its conditions at " + server.endpoint() + "/org/model",
        "HF_TOKEN");
    variables.put("HF_TOKEN", "hf_another");
    refused(BadInputException.class, ID, "the token of HF_TOKEN has no access");
    refused(BadInputException.class, "org/none", "there is no such folder", "no such model");
    variables.remove("HF_TOKEN");
    refused(
        BadInputException.class,
        "org/none",
        "org/none: there is no such folder, and " + server.endpoint() + " shows no such model",
        "a private one needs HF_TOKEN");
    server.answer("GET", "/revision/main", HubServer.status(403));
    server.file("org/closed", "config.json", new byte[0]);
    refused(BadInputException.class, "org/closed", "refuses access without a token");
    assertFalse(Files.exists(repo()));
  }

  @Test
  void aTokenThatIsRefusedIsNamedButNotShown() {
    variables.put("HF_TOKEN", TOKEN);
    server.answer("GET", "/revision/main", HubServer.status(401));
    refused(BadInputException.class, ID, "does not take the token of HF_TOKEN");
    variables.put("HF_TOKEN", TOKEN + "\u00e9");
    refused(BadInputException.class, ID, "HF_TOKEN holds characters");
  }

  @Test
  void waitsAsLongAsItIsAskedTo() throws IOException {
    server.answer("GET", "/revision/main", HubServer.status(429, "Retry-After", "7"));
    server.answer(
        "HEAD",
        "/config.json",
        HubServer.status(429),
        HubServer.status(429, "Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"));
    assertWhole(fetch(ID));
    assertEquals(
        List.of(Duration.ofSeconds(7), Duration.ofSeconds(30), Duration.ZERO), List.copyOf(sleeps));
    assertTrue(progress.notes().get(0).contains("too many requests: waiting 7 s"));
  }

  @Test
  void doesNotWaitForEver() {
    server.answer("GET", "/revision/main", HubServer.status(429, "Retry-After", "86400"));
    refused(BadInputException.class, ID, "too many requests; with HF_TOKEN set it allows more");
    assertEquals(List.of(), sleeps);
    Answer[] always = new Answer[9];
    Arrays.fill(always, HubServer.status(429, "Retry-After", "1"));
    server.answer("GET", "/revision/main", always);
    refused(BadInputException.class, ID, "too many requests");
    assertEquals(4, sleeps.size());
  }

  @Test
  void faultsOfTheServerPass() throws IOException {
    server.answer("GET", "/revision/main", HubServer.status(503), HubServer.status(500));
    server.answer("GET", SHARD + "?signature=secret", HubServer.status(502));
    assertWhole(fetch(ID));
    assertEquals(3, sleeps.size());
    Answer[] always = new Answer[9];
    Arrays.fill(always, HubServer.status(503));
    server.answer("GET", "/revision/main", always);
    refused(BadInputException.class, ID, "answers with status 503: try again later");
  }

  @Test
  void doesNotFollowEndlessly() {
    Answer[] round = new Answer[30];
    Arrays.fill(round, HubServer.status(307, "Location", "/api/models/org/model/revision/main"));
    server.answer("GET", "/revision/main", round);
    refused(BadInputException.class, ID, "points from one place to another without end");
  }

  /** As the Hub does with small files; what is said of the pointing is not said of the file. */
  @Test
  void aFileThatLiesElsewhereOnTheHubIsDescribedThere() throws IOException {
    server.answer(
        "HEAD",
        "/config.json",
        HubServer.status(
            307,
            "Location",
            "/org/model/resolve/main/config.json?cached",
            "ETag",
            "W/\"of-the-pointing\""));
    assertWhole(fetch(ID));
  }

  @Test
  void aRenamedModelIsFollowed() throws IOException {
    server.answer(
        "GET",
        "/revision/main",
        HubServer.status(307, "Location", "/api/models/org/model/revision/main"));
    assertWhole(fetch(ID));
  }

  @Test
  void anUnknownHostIsNotAskedTwice() {
    variables.put("HF_ENDPOINT", "http://no-such-host.invalid");
    refused(BadInputException.class, ID, "no-such-host.invalid cannot be reached");
    assertEquals(List.of(), sleeps);
  }

  @Test
  void aPageBeforeTheNetworkIsNotTheHub() {
    server.answer(
        "GET",
        "/revision/main",
        (exchange, body) -> HubServer.whole(exchange, "<html>log in</html>".getBytes(UTF_8)));
    refused(BadInputException.class, ID, "is not the Hub's", "HF_ENDPOINT");
    server.answer(
        "GET",
        "/revision/main",
        (exchange, body) ->
            HubServer.whole(
                exchange,
                "{\"sha\": \"%s\", \"siblings\": [{\"rfilename\": \"../../x.json\"}]}"
                    .formatted(HubServer.COMMIT)
                    .getBytes(UTF_8)));
    refused(BadInputException.class, ID, "is not the Hub's");
  }

  @Test
  void goesThroughAProxy() throws IOException {
    List<String> seen = new ArrayList<>();
    HttpServer proxy =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    proxy.createContext("/", exchange -> {});
    proxy.removeContext("/");
    proxy.createContext(
        "/",
        exchange -> {
          try (exchange) {
            URI uri = exchange.getRequestURI();
            seen.add(uri.getHost());
            URI real = URI.create(server.endpoint() + uri.getRawPath());
            HttpResponse<byte[]> answer =
                HttpClient.newHttpClient()
                    .send(
                        HttpRequest.newBuilder(uri.getHost().equals("hub.invalid") ? real : uri)
                            .method(
                                exchange.getRequestMethod(), HttpRequest.BodyPublishers.noBody())
                            .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
            answer
                .headers()
                .map()
                .forEach((name, values) -> exchange.getResponseHeaders().put(name, values));
            boolean none = answer.body().length == 0;
            exchange.sendResponseHeaders(answer.statusCode(), none ? -1 : answer.body().length);
            exchange.getResponseBody().write(answer.body());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    proxy.start();
    try {
      variables.put("HF_ENDPOINT", "http://hub.invalid");
      variables.put("http_proxy", "http://127.0.0.1:" + proxy.getAddress().getPort());
      variables.put("NO_PROXY", "127.0.0.1");
      assertWhole(fetch(ID));
      assertTrue(seen.size() > 5, seen.toString());
      assertEquals(List.of("hub.invalid"), seen.stream().distinct().toList());
    } finally {
      proxy.stop(0);
    }
  }
}
