package dev.espalier.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.StorageException;
import dev.espalier.files.FileFaults;
import dev.espalier.files.FreeSpace;
import dev.espalier.files.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Hugging Face Hub, with the cache on this machine that Python's {@code huggingface_hub} shares
 * ({@code HF_HOME}, {@code HF_HUB_CACHE}), its token ({@code HF_TOKEN}, {@code HF_TOKEN_PATH}), its
 * server ({@code HF_ENDPOINT}) and its wish to be left alone ({@code HF_HUB_OFFLINE}).
 */
public final class Hub {
  private static final Duration STALL = Duration.ofSeconds(30);
  private static final int LONGEST_LISTING = 64 << 20;

  private final HubEnvironment environment;
  private final Sleeper sleeper;
  private final FreeSpace space;
  private final Duration stall;

  Hub(HubEnvironment environment, Sleeper sleeper, FreeSpace space, Duration stall) {
    this.environment = environment;
    this.sleeper = sleeper;
    this.space = space;
    this.stall = stall;
  }

  /**
   * As the environment says.
   *
   * @throws BadInputException if it says what cannot be
   */
  public static Hub standard() {
    return of(System.getenv(), System.getProperty("user.home"));
  }

  /**
   * As variables say.
   *
   * @param variables by name
   * @param home the user's folder, in which the usual cache is
   * @throws BadInputException if they say what cannot be
   */
  public static Hub of(Map<String, String> variables, String home) {
    return new Hub(HubEnvironment.of(variables, home), Sleeper.THREAD, FreeSpace.ACTUAL, STALL);
  }

  /** What a repository has at a commit. */
  private record Listing(String commit, List<String> paths) {}

  /**
   * A model's folder, with all that is needed of it; what is missing is downloaded.
   *
   * @param progress hears of the download
   * @throws BadInputException if there is no such model, or it cannot be had
   * @throws StorageException if the file system refuses it; what came stays for the next try
   */
  public HubCopy model(HubName name, Progress progress) {
    HubRepo repo = new HubRepo(RepoKind.MODEL, name);
    ModelFiles choice = new ModelFiles(repo);
    return fetch(repo, choice, progress);
  }

  /**
   * A file of a data set; downloaded if it is missing, or another in the meantime.
   *
   * @param path in the repository
   * @param progress hears of the download
   * @throws BadInputException if there is none, or it cannot be had
   * @throws StorageException if the file system refuses it; what came stays for the next try
   */
  public HubCopy file(HubName name, String path, Progress progress) {
    HubRepo repo = new HubRepo(RepoKind.DATA_SET, name);
    if (!staysInside(path)) {
      throw new BadInputException("%s: \"%s\" is no path in it".formatted(name, path));
    }
    HubCache cache = cache(repo);
    Optional<HubCopy> kept =
        kept(repo, new OneFile(path))
            .map(copy -> new HubCopy(name, copy.commit(), copy.path().resolve(path)));
    boolean known = cache.commit(name).filter(commit -> cache.isMissing(commit, path)).isPresent();
    if (known && (environment.offline() || name.namesCommit())) {
      throw new HubFaults(environment, repo).noFile(path);
    }
    if (environment.offline() || name.namesCommit() && kept.isPresent()) {
      return kept.orElseThrow(() -> notKept(repo, new OneFile(path)));
    }
    HubConnection connection = new HubConnection(environment, sleeper, progress);
    RemoteFile file;
    try {
      URI uri = repo.file(environment.endpoint(), name.revision(), path);
      file = RemoteFile.look(connection, repo, path, uri, commit -> missing(cache, commit, path));
    } catch (BadInputException e) {
      return insteadOf(e, kept, repo, progress);
    }
    String commit = file.commit().orElseThrow(() -> noListing(repo, null));
    try (Downloads downloads = new Downloads(connection, cache, space, stall)) {
      downloads.fetch(List.of(file), file.toString(), progress);
    }
    link(cache, commit, file);
    refer(cache, repo, commit);
    return new HubCopy(name, commit, cache.snapshot(commit).resolve(path));
  }

  /**
   * The paths of all files of a data set; offline those that are in the cache.
   *
   * @throws BadInputException if there is no such data set, or the list cannot be had
   */
  public List<String> files(HubName name, Progress progress) {
    HubRepo repo = new HubRepo(RepoKind.DATA_SET, name);
    Optional<Path> kept =
        cache(repo).commit(name).map(cache(repo)::snapshot).filter(Files::isDirectory);
    if (environment.offline()) {
      return paths(kept.orElseThrow(() -> notKept(repo, new OneFile("."))));
    }
    try {
      return list(new HubConnection(environment, sleeper, progress), repo).paths();
    } catch (BadInputException e) {
      if (kept.isPresent() && e.getCause() instanceof IOException) {
        return paths(kept.get()); // the file itself says that it comes from the cache
      }
      throw e;
    }
  }

  private static List<String> paths(Path snapshot) {
    try (Stream<Path> files = Files.walk(snapshot)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> snapshot.relativize(file).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw FileFaults.reading(snapshot, e);
    }
  }

  private HubCopy insteadOf(
      BadInputException fault, Optional<HubCopy> kept, HubRepo repo, Progress progress) {
    if (kept.isEmpty() || !(fault.getCause() instanceof IOException)) {
      throw fault;
    }
    progress.note(
        "%s cannot be reached: the copy of %s in the cache is used (commit %s)."
            .formatted(environment.endpoint().getHost(), repo, kept.get().commit()));
    return kept.get();
  }

  private HubCopy fetch(HubRepo repo, FileChoice choice, Progress progress) {
    HubCache cache = cache(repo);
    Optional<HubCopy> kept = kept(repo, choice);
    if (environment.offline() || repo.name().namesCommit() && kept.isPresent()) {
      return kept.orElseThrow(() -> notKept(repo, choice));
    }
    HubConnection connection = new HubConnection(environment, sleeper, progress);
    Listing listing;
    try {
      listing = list(connection, repo);
    } catch (BadInputException e) {
      return insteadOf(e, kept, repo, progress);
    }
    Path snapshot = cache.snapshot(listing.commit());
    try (Downloads downloads = new Downloads(connection, cache, space, stall)) {
      Optional<String> index = choice.index(listing.paths());
      if (index.isPresent()) {
        bring(downloads, connection, repo, listing.commit(), List.of(index.get()), Progress.NONE);
      }
      List<String> needed = choice.needed(listing.paths(), snapshot);
      bring(downloads, connection, repo, listing.commit(), needed, progress);
    }
    refer(cache, repo, listing.commit());
    return new HubCopy(repo.name(), listing.commit(), snapshot);
  }

  /** Those of the files that the snapshot has not yet. */
  private void bring(
      Downloads downloads,
      HubConnection connection,
      HubRepo repo,
      String commit,
      List<String> paths,
      Progress progress) {
    HubCache cache = cache(repo);
    List<String> missing =
        paths.stream().filter(path -> !Files.exists(cache.snapshot(commit).resolve(path))).toList();
    List<RemoteFile> files =
        downloads.look(
            missing,
            path ->
                RemoteFile.look(
                    connection,
                    repo,
                    path,
                    repo.file(environment.endpoint(), commit, path),
                    none -> {}));
    downloads.fetch(files, repo.toString(), progress);
    for (RemoteFile file : files) {
      link(cache, commit, file);
    }
  }

  /** As Python does: the cache remembers what a commit has not. */
  private static void missing(HubCache cache, Optional<String> commit, String path) {
    try {
      if (commit.isPresent()) {
        cache.missing(commit.get(), path);
      }
    } catch (IOException e) {
      // It is only asked for again.
    }
  }

  private static void link(HubCache cache, String commit, RemoteFile file) {
    try {
      cache.link(commit, file.path(), file.etag());
    } catch (IOException e) {
      throw FileFaults.writing(cache.snapshot(commit), e);
    }
  }

  /** A cache that cannot be written to is asked anew the next time. */
  private static void refer(HubCache cache, HubRepo repo, String commit) {
    if (repo.name().namesCommit()) {
      return;
    }
    try {
      cache.refer(repo.name(), commit);
    } catch (IOException e) {
      if (Files.isWritable(cache.folder())) {
        throw FileFaults.writing(cache.folder(), e);
      }
    }
  }

  private HubCache cache(HubRepo repo) {
    return new HubCache(environment.cache(), repo.folderName());
  }

  /** What the cache has, if that is enough. */
  private Optional<HubCopy> kept(HubRepo repo, FileChoice choice) {
    HubCache cache = cache(repo);
    return cache
        .commit(repo.name())
        .filter(commit -> choice.missing(cache.snapshot(commit)).isEmpty())
        .map(commit -> new HubCopy(repo.name(), commit, cache.snapshot(commit)));
  }

  private BadInputException notKept(HubRepo repo, FileChoice choice) {
    HubCache cache = cache(repo);
    String what =
        cache
            .commit(repo.name())
            .map(cache::snapshot)
            .filter(Files::isDirectory)
            .map(folder -> "%s lacks %s".formatted(folder, choice.missing(folder).orElseThrow()))
            .orElseGet(() -> "nothing of that revision is in " + cache.folder());
    return new BadInputException(
        "%s: %s%s, while HF_HUB_OFFLINE forbids to download it: unset that, or give a path"
            .formatted(repo, HubFaults.notHere(repo), what));
  }

  private Listing list(HubConnection connection, HubRepo repo) {
    HubConnection.Answer answer =
        connection.ask(HubConnection.Question.all(repo, repo.listing(environment.endpoint())));
    try (InputStream body = answer.body()) {
      byte[] bytes = body.readNBytes(LONGEST_LISTING);
      JsonNode json = Json.parse(new String(bytes, StandardCharsets.UTF_8));
      String commit = json.path("sha").asText();
      List<String> paths = new ArrayList<>();
      json.path("siblings").forEach(file -> paths.add(file.path("rfilename").asText()));
      if (!HubName.isCommit(commit) || !paths.stream().allMatch(Hub::staysInside)) {
        throw noListing(repo, null);
      }
      return new Listing(commit, paths);
    } catch (JsonProcessingException e) {
      throw noListing(repo, null);
    } catch (IOException e) {
      throw connection.faults(repo).unreachable(environment.endpoint().getHost(), e);
    }
  }

  /** What a server says is not where files are written to. */
  private static boolean staysInside(String path) {
    return !path.isEmpty()
        && !path.startsWith("/")
        && !path.contains("\\")
        && !List.of(path.split("/", -1)).contains("..");
  }

  private BadInputException noListing(HubRepo repo, Exception cause) {
    return new BadInputException(
        "%s: the answer of %s is not the Hub's: check HF_ENDPOINT, or whether a page stands before the network"
            .formatted(repo, environment.endpoint().getHost()),
        cause);
  }
}
