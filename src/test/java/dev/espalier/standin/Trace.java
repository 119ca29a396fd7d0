package dev.espalier.standin;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What a process asked of the stand-in, in its order. */
record Trace(List<Event> events) {
  private static final ObjectReader READER = new ObjectMapper().readerFor(Event.class);

  /**
   * A call.
   *
   * @param t seconds since the first
   * @param device the current one
   * @param name of the kernel or the library's function; from where to where a copy goes
   */
  record Event(
      double t, long thread, int device, String call, String stream, String name, long bytes) {
    boolean is(String wanted) {
      return call.equals(wanted);
    }
  }

  /** Something that took time in one thread. */
  record Span(long thread, double begin, double end) {}

  static Trace read(Path file) throws IOException {
    List<Event> events = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      events.add(READER.readValue(line));
    }
    return new Trace(List.copyOf(events));
  }

  List<Event> which(Predicate<Event> wanted) {
    return events.stream().filter(wanted).toList();
  }

  List<Event> calls(String call) {
    return which(event -> event.is(call));
  }

  /** Bytes of all copies between two kinds of places, such as "device to pinned". */
  long copied(Predicate<String> way) {
    return events.stream()
        .filter(event -> event.call().startsWith("copy") && way.test(event.name()))
        .mapToLong(Event::bytes)
        .sum();
  }

  /** The most that was allocated on a device at a time. */
  long peakBytes(int device) {
    long bytes = 0;
    long peak = 0;
    for (Event event : which(one -> one.device() == device)) {
      bytes += event.is("malloc") ? event.bytes() : event.is("free") ? -event.bytes() : 0;
      peak = Math.max(peak, bytes);
    }
    return peak;
  }

  /** When what was written was forced to the disk. */
  List<Span> syncs() {
    Map<Long, Deque<Event>> begun = new HashMap<>();
    List<Span> spans = new ArrayList<>();
    for (Event event : events) {
      if (event.is("sync_begin")) {
        begun.computeIfAbsent(event.thread(), thread -> new ArrayDeque<>()).push(event);
      } else if (event.is("sync_end")) {
        spans.add(new Span(event.thread(), begun.get(event.thread()).pop().t(), event.t()));
      }
    }
    return spans;
  }

  /** Kernels that another thread launched meanwhile. */
  long launchesBeside(Span span) {
    return which(
            event ->
                event.is("launch")
                    && event.thread() != span.thread()
                    && event.t() > span.begin()
                    && event.t() < span.end())
        .size();
  }
}
