package dev.espalier.forward;

import dev.espalier.Plural;
import java.util.Locale;

/** Where hidden states stay between two blocks. */
enum StatesHome {
  /** Where the model computes. */
  DEVICE,
  /** In host memory, page-locked where batches travel to a CUDA device and back. */
  HOST;

  /**
   * On the device if they fit there.
   *
   * @param states bytes of the hidden states
   * @param working bytes that the work on them takes beside
   * @param free bytes of the device that can still be allocated
   */
  static StatesHome fitting(long states, long working, long free) {
    return states <= free - working ? DEVICE : HOST;
  }

  /** The decision as a sentence for people. */
  String describe(String device, long windows, long states, long working, long free) {
    String subject =
        "The activations of %s (%s)".formatted(Plural.of(windows, "window"), size(states));
    return switch (this) {
      case DEVICE -> "%s stay on %s.".formatted(subject, device);
      case HOST ->
          "%s stay in pinned host memory: of %s, %s are free, and up to %s are needed for the work."
              .formatted(subject, device, size(free), size(working));
    };
  }

  private static String size(long bytes) {
    return bytes < 1L << 30
        ? String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1L << 20))
        : String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
  }
}
