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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
    return new Hub(
        HubEnvironment.of(System.getenv(), System.getProperty("user.home")),
        Sleeper.THREAD,
        folder -> Files.getFileStore(folder).getUsableSpace(),
        STALL);
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
      if (kept.isPresent() && e.getCause() instanceof IOException) {
        progress.note(
            "%s cannot be reached: the copy of %s in the cache is used (commit %s)."
                .formatted(environment.endpoint().getHost(), repo, kept.get().commit()));
        return kept.get();
      }
      throw e;
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
                    connection, repo, path, repo.file(environment.endpoint(), commit, path)));
    downloads.fetch(files, repo.toString(), progress);
    for (RemoteFile file : files) {
      link(cache, commit, file);
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
        "%s: there is no such folder, and %s, while HF_HUB_OFFLINE forbids to download it: unset that, or give a folder"
            .formatted(repo, what));
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
