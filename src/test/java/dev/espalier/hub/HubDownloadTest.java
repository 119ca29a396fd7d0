package dev.espalier.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.ByteCount;
import dev.espalier.Progress;
import dev.espalier.StorageException;
import dev.espalier.testing.HubServer;
import dev.espalier.testing.HubServer.Answer;
import dev.espalier.testing.HubServer.Request;
import dev.espalier.testing.RecordingProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How bytes come: broken off, damaged, twice, or not at all. */
class HubDownloadTest extends HubCase {
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
    // What was on its way when the connection broke may not have come.
    assertEquals(3, ranges.size());
    assertEquals("none", ranges.get(0));
    assertBetween(1, 100_000, from(ranges.get(1)));
    assertBetween(from(ranges.get(1)), from(ranges.get(1)) + 50_000, from(ranges.get(2)));
    assertEquals(2, sleeps.size());
    RecordingProgress.Task task = progress.tasks().get(0);
    assertEquals(task.planned(), task.done());
  }

  private static long from(String range) {
    return Long.parseLong(range.replaceAll("\\D", ""));
  }

  private static void assertBetween(long least, long most, long value) {
    assertTrue(least <= value && value <= most, value + " from " + least + " to " + most);
  }

  @Test
  void whatBreaksOffAgainAndAgainStaysForTheNextRun() throws IOException {
    Answer[] always = new Answer[99];
    Arrays.fill(always, HubServer.breaksOffAfter(0));
    always[0] = HubServer.breaksOffAfter(100_000);
    server.answer("GET", SHARD + "?signature=secret", always);
    String refusal = refused(BadInputException.class, ID);
    // Java may tell of a broken connection before the body begins.
    long left = Files.size(partial(first));
    assertTrue(
        refusal.contains("breaks off at %s of 293.0 KiB".formatted(ByteCount.of(left)))
            || refusal.contains("cannot be reached"),
        refusal);
    assertEquals(4, sleeps.size());
    assertNoSnapshot();
    assertBetween(1, 100_000, left);
    server.forget();
    assertWhole(fetch(ID));
    assertTrue(
        server.requests().stream()
            .anyMatch(request -> request.range().equals(Optional.of("bytes=%d-".formatted(left)))));
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
