package dev.espalier.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A server on this machine that behaves as the Hugging Face Hub does: it lists repositories,
 * describes files, and points for large ones to another host, which is another port here. It may be
 * told to misbehave.
 */
public final class HubServer implements AutoCloseable {
  public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer hub;
  private final HttpServer storage;
  private final Map<String, Map<String, byte[]>> repositories = new ConcurrentHashMap<>();
  private final Map<String, String> gated = new ConcurrentHashMap<>();
  private final Map<String, Queue<Answer>> answers = new HashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  /** How something is answered other than usual. */
  public interface Answer {
    /**
     * @param body what there is to answer
     */
    void give(HttpExchange exchange, byte[] body) throws IOException;
  }

  /**
   * What came.
   *
   * @param storage whether to the other host
   */
  public record Request(
      boolean storage,
      String method,
      URI uri,
      Optional<String> authorization,
      Optional<String> range) {}

  public HubServer() throws IOException {
    hub = start(this::answerHub);
    storage = start(this::answerStorage);
  }

  private interface Handling {
    void handle(HttpExchange exchange) throws IOException;
  }

  private HttpServer start(Handling handling) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            requests.add(
                new Request(
                    server.equals(storage),
                    exchange.getRequestMethod(),
                    exchange.getRequestURI(),
                    header(exchange, "Authorization"),
                    header(exchange, "Range")));
            handling.handle(exchange);
          }
        });
    server.start();
    return server;
  }

  private static Optional<String> header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  /** What {@code HF_ENDPOINT} is to be. */
  public String endpoint() {
    return "http://127.0.0.1:" + hub.getAddress().getPort();
  }

  private String storage() {
    return "http://127.0.0.1:" + storage.getAddress().getPort();
  }

  /**
   * Adds a file.
   *
   * @param repository such as {@code org/name}, or {@code datasets/org/name}
   */
  public HubServer file(String repository, String path, byte[] bytes) {
    repositories.computeIfAbsent(repository, key -> new TreeMap<>()).put(path, bytes);
    return this;
  }

  /** Adds all files of a folder. */
  public HubServer folder(String repository, Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        file(repository, file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return this;
  }

  /** Lets only those in who have a token. */
  public void gate(String repository, String token) {
    gated.put(repository, token);
  }

  /** The next answers about a path, which ends with this, wherever it is asked for. */
  public synchronized void answer(String method, String end, Answer... next) {
    answers.computeIfAbsent(method + " " + end, key -> new ArrayDeque<>()).addAll(List.of(next));
  }

  /** What came until now. */
  public List<Request> requests() {
    return Collections.unmodifiableList(requests);
  }

  /** The addresses of what came by a method. */
  public List<String> paths(String method) {
    return requests.stream()
        .filter(request -> request.method().equals(method))
        .map(request -> request.uri().getPath())
        .collect(Collectors.toList());
  }

  public void forget() {
    requests.clear();
  }

  /** What git or the store of large files calls bytes. */
  public static String etag(String path, byte[] bytes) {
    try {
      if (isLarge(path)) {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
      }
      MessageDigest git = MessageDigest.getInstance("SHA-1");
      git.update(("blob " + bytes.length + "\0").getBytes(UTF_8));
      return HexFormat.of().formatHex(git.digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isLarge(String path) {
    return path.matches(".*\\.(safetensors|parquet|gz|bin)");
  }

  private synchronized Optional<Answer> next(HttpExchange exchange) {
    String what = exchange.getRequestMethod() + " ";
    String path = exchange.getRequestURI().toString();
    return answers.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(what))
        .filter(entry -> path.endsWith(entry.getKey().substring(what.length())))
        .filter(entry -> !entry.getValue().isEmpty())
        .findFirst()
        .map(entry -> entry.getValue().remove());
  }

  private void answerHub(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    boolean listing = path.startsWith("/api/");
    String[] parts =
        listing
            ? path.replaceFirst("^/api/(models/)?", "").split("/revision/", 2)
            : path.substring(1).split("/resolve/", 2);
    Map<String, byte[]> files = repositories.get(parts[0]);
    String token = header(exchange, "Authorization").orElse("");
    if (files == null) {
      boolean known = !token.isEmpty();
      refuse(exchange, known ? 404 : 401, "RepoNotFound");
    } else if (gated.containsKey(parts[0]) && !token.equals("Bearer " + gated.get(parts[0]))) {
      refuse(exchange, token.isEmpty() ? 401 : 403, "GatedRepo");
    } else if (listing) {
      list(exchange, parts[1], files);
    } else {
      file(exchange, parts[0], parts[1], files);
    }
  }

  private static boolean isRevision(String text) {
    return List.of("main", COMMIT, "refs%2Fpr%2F1", "refs%2Fconvert%2Fparquet").contains(text);
  }

  private void list(HttpExchange exchange, String revision, Map<String, byte[]> files)
      throws IOException {
    if (!isRevision(revision)) {
      refuse(exchange, 404, "RevisionNotFound");
      return;
    }
    String siblings =
        files.keySet().stream()
            .map("{\"rfilename\": \"%s\"}"::formatted)
            .collect(Collectors.joining(", "));
    byte[] body =
        "{\"sha\": \"%s\", \"siblings\": [%s]}".formatted(COMMIT, siblings).getBytes(UTF_8);
    Optional<Answer> other = next(exchange);
    if (other.isPresent()) {
      other.get().give(exchange, body);
    } else {
      whole(exchange, body);
    }
  }

  private void file(
      HttpExchange exchange, String repository, String place, Map<String, byte[]> files)
      throws IOException {
    String[] parts = place.split("/", 2);
    String path = URI.create(parts[1]).getPath();
    byte[] bytes = files.get(path);
    exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
    if (!isRevision(parts[0]) || bytes == null) {
      refuse(exchange, 404, bytes == null ? "EntryNotFound" : "RevisionNotFound");
      return;
    }
    String etag = '"' + etag(path, bytes) + '"';
    if (isLarge(path)) {
      exchange.getResponseHeaders().set("X-Linked-Etag", etag);
      exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(bytes.length));
      exchange.getResponseHeaders().set("ETag", "\"of-a-pointer\"");
      exchange
          .getResponseHeaders()
          .set("Location", storage() + "/" + repository + "/" + path + "?signature=secret");
    } else {
      exchange.getResponseHeaders().set("ETag", "W/" + etag);
    }
    Optional<Answer> other = next(exchange);
    if (other.isPresent()) {
      other.get().give(exchange, bytes);
    } else if (isLarge(path)) {
      exchange.sendResponseHeaders(302, -1);
    } else {
      part(exchange, bytes);
    }
  }

  private void answerStorage(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().substring(1);
    for (Map.Entry<String, Map<String, byte[]>> repository : repositories.entrySet()) {
      if (path.startsWith(repository.getKey() + "/")) {
        byte[] bytes = repository.getValue().get(path.substring(repository.getKey().length() + 1));
        Optional<Answer> other = next(exchange);
        if (other.isPresent()) {
          other.get().give(exchange, bytes);
        } else {
          part(exchange, bytes);
        }
        return;
      }
    }
    exchange.sendResponseHeaders(404, -1);
  }

  /** All bytes, whatever range is asked for. */
  public static void whole(HttpExchange exchange, byte[] body) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
      exchange.sendResponseHeaders(200, -1);
    } else {
      exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** The range that is asked for. */
  public static void part(HttpExchange exchange, byte[] body) throws IOException {
    Optional<String> range = header(exchange, "Range");
    if (range.isEmpty()) {
      whole(exchange, body);
      return;
    }
    int from = Integer.parseInt(range.get().replaceAll("\\D", ""));
    if (from >= body.length) {
      exchange.getResponseHeaders().set("Content-Range", "bytes */" + body.length);
      exchange.sendResponseHeaders(416, -1);
      return;
    }
    exchange
        .getResponseHeaders()
        .set("Content-Range", "bytes %d-%d/%d".formatted(from, body.length - 1, body.length));
    exchange.sendResponseHeaders(206, body.length - from);
    exchange.getResponseBody().write(body, from, body.length - from);
  }

  /** Breaks the connection off after so many bytes of what is asked for. */
  public static Answer breaksOffAfter(int count) {
    return (exchange, body) -> {
      int from =
          header(exchange, "Range")
              .map(r -> r.replaceAll("\\D", ""))
              .map(Integer::parseInt)
              .orElse(0);
      exchange.sendResponseHeaders(from > 0 ? 206 : 200, body.length - from);
      OutputStream out = exchange.getResponseBody();
      out.write(body, from, Math.min(count, body.length - from));
      out.flush();
    };
  }

  /** Sends all bytes, of which one is another. */
  public static Answer corrupt() {
    return (exchange, body) -> {
      byte[] other = body.clone();
      other[other.length / 2] ^= 1;
      part(exchange, other);
    };
  }

  /** Sends fewer bytes or, with zeros behind, more, as if that were all. */
  public static Answer ofLength(int length) {
    return (exchange, body) -> part(exchange, Arrays.copyOf(body, length));
  }

  /** Refuses with a status. */
  public static Answer status(int status, String... headers) {
    return (exchange, body) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  private static void refuse(HttpExchange exchange, int status, String code) throws IOException {
    exchange.getResponseHeaders().set("X-Error-Code", code);
    exchange.sendResponseHeaders(status, -1);
  }

  @Override
  public void close() {
    hub.stop(0);
    storage.stop(0);
    threads.shutdownNow();
  }
}
