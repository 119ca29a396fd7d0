package dev.espalier.forward;

import dev.espalier.ByteCount;
import dev.espalier.Plural;
import java.util.Locale;

/** Where hidden states stay between two blocks. */
enum StatesHome {
  /** Where the model computes. */
  DEVICE,
  /** In host memory, page-locked where batches travel to a CUDA device and back. */
  HOST,
  /** In a file that is mapped into host memory. */
  FILE;

  /**
   * What there is to choose by, in bytes.
   *
   * @param states of the hidden states
   * @param working that the work on them takes of the device beside
   * @param free of the device that can still be allocated
   * @param host of the host's memory that can still be allocated; of the CPU the same as free
   */
  record Room(long states, long working, long free, long host) {
    /** Pinned memory is taken from everyone else. */
    private static final int PINNED_SHARE = 2;

    /** The fastest that holds them. */
    StatesHome home(boolean cuda) {
      if (states <= free - working) {
        return DEVICE;
      }
      return cuda && states <= host / PINNED_SHARE ? HOST : FILE;
    }
  }

  /** What so many bytes of states take. */
  Space space(long bytes, boolean cuda) {
    return switch (this) {
      case DEVICE -> cuda ? new Space(bytes, 0, 0) : new Space(0, bytes, 0);
      case HOST -> new Space(0, bytes, 0);
      case FILE -> new Space(0, 0, bytes);
    };
  }

  /** As documents have it: on the CPU the device's memory is the host's. */
  String keyword(boolean cuda) {
    return this == DEVICE && !cuda ? "host" : name().toLowerCase(Locale.ROOT);
  }

  /** The decision as a sentence for people. */
  String describe(String device, long windows, Room room) {
    String subject =
        "The activations of %s (%s)".formatted(Plural.of(windows, "window"), size(room.states));
    String reason =
        "of %s, %s are free, and up to %s are needed for the work"
            .formatted(
                device.equals("cpu") ? "the memory" : device, size(room.free), size(room.working));
    return switch (this) {
      case DEVICE -> "%s stay on %s.".formatted(subject, device);
      case HOST -> "%s stay in pinned host memory: %s.".formatted(subject, reason);
      case FILE -> "%s stay in a file on disk: %s.".formatted(subject, reason);
    };
  }

  private static String size(long bytes) {
    return ByteCount.of(Math.max(0, bytes));
  }
}
