package dev.espalier.hub;

import dev.espalier.BadInputException;
import dev.espalier.ByteCount;
import dev.espalier.Plural;
import dev.espalier.Progress;
import dev.espalier.StorageException;
import dev.espalier.files.FileFaults;
import dev.espalier.files.FreeSpace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** Several files at once, under one progress. */
final class Downloads implements AutoCloseable {
  private static final int AT_ONCE = 4;

  private final HubConnection connection;
  private final HubCache cache;
  private final FreeSpace space;
  private final StallWatch stalls;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          AT_ONCE,
          work -> {
            Thread thread = new Thread(work, "espalier-download");
            thread.setDaemon(true);
            return thread;
          });
  private volatile boolean stopped;

  /**
   * @param stall how long nothing may come before a connection counts as broken
   */
  Downloads(HubConnection connection, HubCache cache, FreeSpace space, Duration stall) {
    this.connection = connection;
    this.cache = cache;
    this.space = space;
    this.stalls = new StallWatch(stall);
  }

  /** What the Hub says about files of a commit, in their order. */
  List<RemoteFile> look(List<String> paths, Function<String, RemoteFile> look) {
    return all(paths, look);
  }

  /**
   * Brings what is missing of files into the cache, each once.
   *
   * @throws StorageException if they do not fit
   * @throws BadInputException if the server does not give them; what came of them stays
   */
  void fetch(List<RemoteFile> files, String what, Progress progress) {
    Map<String, RemoteFile> missing = new LinkedHashMap<>();
    long bytes = 0;
    try {
      for (RemoteFile file : files) {
        if (!BlobDownload.isThere(cache, file) && missing.put(file.etag(), file) == null) {
          bytes += file.size() - BlobDownload.left(cache, file);
        }
      }
      if (missing.isEmpty()) {
        return;
      }
      requireSpace(bytes);
    } catch (IOException e) {
      throw FileFaults.writing(cache.folder(), e);
    }
    progress.begin(
        "Downloading %s (%s, %s)"
            .formatted(what, Plural.of(missing.size(), "file"), ByteCount.of(bytes)),
        bytes);
    all(
        List.copyOf(missing.values()),
        file -> {
          new BlobDownload(
                  connection, cache, file, stalls, more -> step(progress, more), () -> stopped)
              .run();
          return file;
        });
    progress.end();
  }

  /** One thread at a time is heard. */
  private synchronized void step(Progress progress, long bytes) {
    progress.step(bytes);
  }

  private void requireSpace(long bytes) throws IOException {
    Path folder = writable();
    long free = space.usableBytes(folder);
    if (bytes > free) {
      throw new StorageException(
          "%s: %s are to come, but only %s are free there: free some space, or set HF_HUB_CACHE to a folder on another disk"
              .formatted(cache.root(), ByteCount.of(bytes), ByteCount.of(free)),
          null);
    }
  }

  private Path writable() {
    Path blobs = cache.folder().resolve("blobs");
    try {
      Files.createDirectories(blobs);
      if (Files.isWritable(blobs)) {
        return blobs;
      }
    } catch (IOException e) {
      throw readOnly(e);
    }
    throw readOnly(null);
  }

  private StorageException readOnly(IOException e) {
    return new StorageException(
        "%s: nothing can be written there, so nothing can be downloaded: check its permissions, or set HF_HUB_CACHE to another folder"
            .formatted(cache.folder()),
        e);
  }

  /** The first that fails stops the others, which leave what they have. */
  private <S, T> List<T> all(List<S> sources, Function<S, T> work) {
    List<CompletableFuture<T>> running =
        sources.stream()
            .map(
                source ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          try {
                            return stopped ? null : work.apply(source);
                          } catch (RuntimeException | Error e) {
                            stopped = true;
                            throw e;
                          }
                        },
                        threads))
            .toList();
    RuntimeException failure = null;
    List<T> results = new ArrayList<>();
    for (CompletableFuture<T> one : running) {
      try {
        results.add(one.join());
      } catch (CompletionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        failure = failure == null ? (RuntimeException) e.getCause() : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
    return results;
  }

  @Override
  public void close() {
    stopped = true;
    threads.shutdown();
    stalls.close();
  }
}
