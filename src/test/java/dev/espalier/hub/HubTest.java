package dev.espalier.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.StorageException;
import dev.espalier.testing.HubServer;
import dev.espalier.testing.RecordingProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Against a server that behaves as the Hub does, and one that does not. */
class HubTest extends HubCase {
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
}
