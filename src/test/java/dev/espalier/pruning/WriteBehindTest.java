package dev.espalier.pruning;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WriteBehindTest {
  private final CountDownLatch allowed = new CountDownLatch(1);
  private final List<String> events = Collections.synchronizedList(new ArrayList<>());

  private void whenAllowed(String event) {
    try {
      assertTrue(allowed.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    events.add(event);
  }

  @Test
  void whoGivesAWriteGoesOn() {
    try (WriteBehind behind = new WriteBehind()) {
      behind.start(() -> whenAllowed("written"));
      events.add("gone on");
      allowed.countDown();
      behind.await();
      events.add("awaited");
    }
    assertEquals(List.of("gone on", "written", "awaited"), events);
  }

  @Test
  void theNextWriteWaitsForTheOneBefore() {
    try (WriteBehind behind = new WriteBehind()) {
      behind.start(() -> whenAllowed("first"));
      Thread other = new Thread(allowed::countDown);
      other.start();
      behind.start(() -> events.add("second"));
      assertEquals("first", events.get(0));
    }
    assertEquals(List.of("first", "second"), events);
  }

  @Test
  void aFaultIsToldOnceAndInTheCallersThread() {
    IllegalStateException full = new IllegalStateException("full");
    try (WriteBehind behind = new WriteBehind()) {
      behind.start(
          () -> {
            throw full;
          });
      assertSame(
          full,
          assertThrows(
              IllegalStateException.class, () -> behind.start(() -> events.add("after a fault"))));
      assertDoesNotThrow(behind::await);
    }
    assertFalse(events.contains("after a fault"));
  }

  @Test
  void closingTellsTheLastFault() {
    IllegalStateException full = new IllegalStateException("full");
    WriteBehind behind = new WriteBehind();
    behind.start(
        () -> {
          throw full;
        });
    assertSame(full, assertThrows(IllegalStateException.class, behind::close));
  }
}
