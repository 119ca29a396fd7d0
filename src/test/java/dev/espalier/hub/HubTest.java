package dev.espalier.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.espalier.BadInputException;
import dev.espalier.EspalierException;
import dev.espalier.Progress;
import dev.espalier.StorageException;
import dev.espalier.testing.HubServer;
import dev.espalier.testing.HubServer.Answer;
import dev.espalier.testing.HubServer.Request;
import dev.espalier.testing.RecordingProgress;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server that behaves as the Hub does, and one that does not. */
class HubTest {
  private static final String ID = "org/model";
  private static final String SHARD = "model-00001-of-00002.safetensors";
  private static final String SECOND = "model-00002-of-00002.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String TOKEN = "hf_abcdefSecret";

  @TempDir Path home;
  private final Map<String, String> variables = new HashMap<>();
  private final List<Duration> sleeps = new ArrayList<>();
  private RecordingProgress progress = new RecordingProgress();
  private final byte[] first = random(300_000, 1);
  private final byte[] second = random(200_000, 2);
  private HubServer server;
  private long free = Long.MAX_VALUE;
  private Duration stall = Duration.ofSeconds(20);

  @BeforeEach
  void start() throws IOException {
    server = new HubServer();
    variables.put("HF_HOME", home.toString());
    variables.put("HF_ENDPOINT", server.endpoint());
    server
        .file(ID, "config.json", "{}".getBytes(UTF_8))
        .file(ID, "tokenizer.json", "{\"version\": 1}".getBytes(UTF_8))
        .file(ID, "README.md", "words".getBytes(UTF_8))
        .file(ID, "pytorch_model.bin", random(1000, 3))
        .file(ID, "pytorch_model.bin.index.json", "{}".getBytes(UTF_8))
        .file(ID, "onnx/model.onnx", random(1000, 4))
        .file(
            ID,
            INDEX,
            "{\"weight_map\": {\"a\": \"%s\", \"b\": \"%s\"}}"
                .formatted(SHARD, SECOND)
                .getBytes(UTF_8))
        .file(ID, SHARD, first)
        .file(ID, SECOND, second);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static byte[] random(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private Hub hub() {
    return new Hub(
        HubEnvironment.of(variables, home.toString()), sleeps::add, folder -> free, stall);
  }

  private HubCopy fetch(String name) {
    return hub().model(HubName.parse(name).orElseThrow(), progress);
  }

  private String refused(Class<? extends EspalierException> type, String name, String... parts) {
    EspalierException e = assertThrows(type, () -> fetch(name));
    progress = new RecordingProgress();
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), () -> "no '" + part + "' in: " + e.getMessage());
    }
    assertFalse(e.getMessage().contains(TOKEN), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
    return e.getMessage();
  }

  private Path repo() {
    return home.resolve("hub/models--org--model");
  }

  private Path partial(byte[] bytes) {
    return repo().resolve("blobs/" + HubServer.etag(SHARD, bytes) + ".espalier.incomplete");
  }

  private void assertWhole(HubCopy copy) throws IOException {
    assertArrayEquals(first, Files.readAllBytes(copy.path().resolve(SHARD)));
    assertArrayEquals(second, Files.readAllBytes(copy.path().resolve(SECOND)));
    assertEquals("{}", Files.readString(copy.path().resolve("config.json")));
    try (Stream<Path> blobs = Files.list(repo().resolve("blobs"))) {
      assertEquals(List.of(), blobs.filter(b -> b.toString().endsWith("incomplete")).toList());
    }
  }

  private void assertNoSnapshot() {
    assertFalse(Files.exists(repo().resolve("refs")));
    assertFalse(Files.exists(repo().resolve("snapshots/" + HubServer.COMMIT + "/" + SHARD)));
  }

  @Test
  void fetchesWhatIsNeededIntoTheCacheThatPythonShares() throws IOException {
    HubCopy copy = fetch(ID);
    assertWhole(copy);
    assertEquals(HubServer.COMMIT, copy.commit());
    assertEquals(repo().resolve("snapshots").resolve(HubServer.COMMIT), copy.path());
    assertEquals(HubServer.COMMIT, Files.readString(repo().resolve("refs/main")));
    try (Stream<Path> files = Files.list(copy.path())) {
      assertEquals(
          List.of("README.md", "config.json", SHARD, SECOND, INDEX, "tokenizer.json"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
    assertEquals(
        Path.of("../../blobs", HubServer.etag(SHARD, first)),
        Files.readSymbolicLink(copy.path().resolve(SHARD)));
    assertEquals(
        Path.of("../../blobs", HubServer.etag("config.json", "{}".getBytes(UTF_8))),
        Files.readSymbolicLink(copy.path().resolve("config.json")));
    assertEquals(1, progress.tasks().size(), "one bar");
    RecordingProgress.Task task = progress.tasks().get(0);
    assertEquals(task.planned(), task.done());
    assertTrue(task.planned() > first.length + second.length, task.toString());
    assertTrue(task.name().contains("org/model (5 files, 4"), task.name());
  }

  @Test
  void asksOnlyForAListWhenAllIsThere() throws IOException {
    fetch(ID);
    server.forget();
    assertWhole(fetch(ID));
    assertEquals(1, server.requests().size(), server.requests().toString());
    server.forget();
    assertWhole(fetch(ID + "@" + HubServer.COMMIT));
    assertEquals(List.of(), server.requests());
  }

  @Test
  void theSingleFileIsTakenWithoutItsShards() throws IOException {
    server.file(ID, "model.safetensors", second);
    HubCopy copy = fetch(ID);
    assertArrayEquals(second, Files.readAllBytes(copy.path().resolve("model.safetensors")));
    assertFalse(Files.exists(copy.path().resolve(SHARD)));
    assertFalse(Files.exists(copy.path().resolve(INDEX)));
  }

  @Test
  void revisionsAreNamedBehindTheName() throws IOException {
    HubCopy copy = fetch(ID + "@refs/pr/1");
    assertWhole(copy);
    assertEquals(HubServer.COMMIT, Files.readString(repo().resolve("refs/refs/pr/1")));
    refused(BadInputException.class, ID + "@v9", "org/model@v9", "no revision 'v9'");
  }

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
  void whatBreaksOffGoesOnFromThere() throws IOException {
    server.answer(
        "GET",
        SHARD + "?signature=secret",
        HubServer.breaksOffAfter(100_000),
        HubServer.breaksOffAfter(50_000));
    assertWhole(fetch(ID));
    List<String> ranges =
        server.requests().stream()
            .filter(request -> request.storage() && request.uri().getPath().endsWith(SHARD))
            .map(request -> request.range().orElse("none"))
            .toList();
    assertEquals(List.of("none", "bytes=100000-", "bytes=150000-"), ranges);
    assertEquals(2, sleeps.size());
    RecordingProgress.Task task = progress.tasks().get(0);
    assertEquals(task.planned(), task.done());
  }

  @Test
  void whatBreaksOffAgainAndAgainStaysForTheNextRun() throws IOException {
    Answer[] always = new Answer[5];
    Arrays.fill(always, HubServer.breaksOffAfter(0));
    always[0] = HubServer.breaksOffAfter(100_000);
    server.answer("GET", SHARD + "?signature=secret", always);
    refused(BadInputException.class, ID, SHARD, "breaks off at 97.7 KiB of 293.0 KiB");
    assertNoSnapshot();
    assertEquals(100_000, Files.size(partial(first)));
    server.forget();
    assertWhole(fetch(ID));
    assertTrue(
        server.requests().stream()
            .anyMatch(request -> request.range().equals(Optional.of("bytes=100000-"))));
  }

  @Test
  void anInterruptedDownloadGoesOn() throws IOException {
    progress.interruptedWhen(() -> progress.done() > 250_000);
    assertThrows(RecordingProgress.Interrupted.class, () -> fetch(ID));
    assertNoSnapshot();
    long left = 0;
    for (byte[] bytes : List.of(first, second)) {
      Path blob = repo().resolve("blobs/" + HubServer.etag(SHARD, bytes));
      left += Files.exists(partial(bytes)) ? Files.size(partial(bytes)) : 0;
      left += Files.exists(blob) ? Files.size(blob) : 0;
    }
    assertTrue(left > 200_000, left + " bytes are left");
    RecordingProgress again = new RecordingProgress();
    assertWhole(hub().model(HubName.parse(ID).orElseThrow(), again));
    assertTrue(again.done() < 350_000, again.done() + " bytes were fetched again");
  }

  @Test
  void aServerWithoutRangesBeginsAnew() throws IOException {
    server.answer(
        "GET", SHARD + "?signature=secret", HubServer.breaksOffAfter(100_000), HubServer::whole);
    assertWhole(fetch(ID));
  }

  @Test
  void otherBytesAreFetchedOnceMoreAndThenRefused() throws IOException {
    server.answer("GET", SHARD + "?signature=secret", HubServer.corrupt());
    assertWhole(fetch(ID));
    byte[] third = random(1000, 9);
    server.file(ID, SHARD, third);
    Files.delete(repo().resolve("snapshots/" + HubServer.COMMIT + "/" + SHARD));
    server.answer("GET", SHARD + "?signature=secret", HubServer.corrupt(), HubServer.corrupt());
    refused(BadInputException.class, ID, SHARD, "other bytes than its checksum says, twice");
    assertFalse(Files.exists(repo().resolve("blobs/" + HubServer.etag(SHARD, third))));
    assertEquals(0, Files.size(partial(third)));
  }

  @Test
  void aDamagedSmallFileIsFoundToo() throws IOException {
    server.answer("GET", "/tokenizer.json", HubServer.corrupt(), HubServer.corrupt());
    refused(BadInputException.class, ID, "tokenizer.json", "checksum");
    assertNoSnapshot();
  }

  @Test
  void whatAnEarlierRunLeftIsCheckedToo() throws IOException {
    Files.createDirectories(partial(first).getParent());
    Files.write(partial(first), random(1000, 77));
    assertWhole(fetch(ID));
  }

  @Test
  void wrongSizesAreRefused() throws IOException {
    server.answer(
        "GET",
        SHARD + "?signature=secret",
        HubServer.ofLength(400_000),
        HubServer.ofLength(400_000));
    refused(BadInputException.class, ID, SHARD, "is longer than the 293.0 KiB it announces, twice");
    Answer[] shorter = new Answer[9];
    Arrays.fill(shorter, HubServer.ofLength(1000));
    server.answer("GET", SHARD + "?signature=secret", shorter);
    refused(
        BadInputException.class, ID, SHARD, "is shorter than the 293.0 KiB it announces, twice");
    assertNoSnapshot();
  }

  @Test
  void aDeadConnectionCountsAsBroken() throws IOException {
    stall = Duration.ofMillis(40);
    CountDownLatch done = new CountDownLatch(1);
    server.answer(
        "GET",
        SHARD + "?signature=secret",
        (exchange, body) -> {
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body, 0, 1000);
          exchange.getResponseBody().flush();
          try {
            done.await(20, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    assertWhole(fetch(ID));
    done.countDown();
    assertEquals(1, sleeps.size());
  }

  @Test
  void doesNotFollowEndlessly() {
    Answer[] round = new Answer[30];
    Arrays.fill(round, HubServer.status(307, "Location", "/api/models/org/model/revision/main"));
    server.answer("GET", "/revision/main", round);
    refused(BadInputException.class, ID, "points from one place to another without end");
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
  void spaceIsLookedAtBefore() {
    free = 1000;
    refused(
        StorageException.class,
        ID,
        "488.",
        "are to come, but only 1000 bytes are free",
        "HF_HUB_CACHE");
    assertNoSnapshot();
    assertEquals(
        0, server.requests().stream().filter(Request::storage).count(), "nothing is downloaded");
  }

  @Test
  void aCacheThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.writeString(home.resolve("file"), "");
    variables.put("HF_HUB_CACHE", file.resolve("hub").toString());
    refused(StorageException.class, ID, file + "/hub", "nothing can be downloaded", "HF_HUB_CACHE");
  }

  @Test
  void offlineTheCacheIsAllThereIs() throws IOException {
    variables.put("HF_HUB_OFFLINE", "1");
    refused(
        BadInputException.class,
        ID,
        "there is no such folder",
        "nothing of that revision is in " + repo(),
        "HF_HUB_OFFLINE");
    assertEquals(List.of(), server.requests());
    variables.remove("HF_HUB_OFFLINE");
    fetch(ID);
    server.forget();
    variables.put("TRANSFORMERS_OFFLINE", "yes");
    HubCopy copy = fetch(ID);
    assertWhole(copy);
    Files.delete(copy.path().resolve(SECOND));
    refused(BadInputException.class, ID, copy.path() + " lacks " + SECOND);
    assertEquals(List.of(), server.requests());
  }

  @Test
  void withoutANetworkTheCopyIsUsedAndThatIsSaid() throws IOException {
    fetch(ID);
    server.close();
    assertWhole(fetch(ID));
    assertTrue(
        progress.notes().get(0).contains("the copy of org/model in the cache is used"),
        progress.notes().toString());
    refused(
        BadInputException.class,
        "org/other",
        "org/other: there is no such folder, and 127.0.0.1 cannot be reached",
        "check the network");
    assertTrue(sleeps.size() > 3);
  }

  @Test
  void anUnknownHostIsNotAskedTwice() {
    variables.put("HF_ENDPOINT", "http://no-such-host.invalid");
    refused(BadInputException.class, ID, "no-such-host.invalid cannot be reached");
    assertEquals(List.of(), sleeps);
  }

  @Test
  void modelsInOtherFormatsAreNamed() {
    server
        .file("org/pickle", "config.json", "{}".getBytes(UTF_8))
        .file("org/pickle", "pytorch_model.bin", random(10, 1));
    refused(
        BadInputException.class,
        "org/pickle",
        "no weights of it as model.safetensors, but 'pytorch_model.bin'",
        "refs/pr/1");
    server.file("org/empty", "README.md", random(10, 1));
    refused(BadInputException.class, "org/empty", "no weights of it as model.safetensors:");
    server.file("org/weights", "model.safetensors", random(10, 1));
    refused(BadInputException.class, "org/weights", "but no config.json beside them");
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

  @Test
  void pythonsSnapshotsAreUsedAsTheyAre() throws IOException {
    Path snapshot = Files.createDirectories(repo().resolve("snapshots").resolve(HubServer.COMMIT));
    Path refs = Files.createDirectories(repo().resolve("refs"));
    Files.writeString(refs.resolve("main"), HubServer.COMMIT + "\n");
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.writeString(snapshot.resolve(file), "x");
    }
    variables.put("HF_HUB_OFFLINE", "on");
    assertEquals(snapshot, fetch(ID).path());
  }

  @Test
  void twoAtOnceFetchEachBlobOnce() throws Exception {
    Thread other = new Thread(() -> hub().model(HubName.parse(ID).orElseThrow(), Progress.NONE));
    other.start();
    assertWhole(fetch(ID));
    other.join();
    assertEquals(
        1,
        server.requests().stream()
            .filter(request -> request.storage() && request.uri().getPath().endsWith(SHARD))
            .count());
  }
}
