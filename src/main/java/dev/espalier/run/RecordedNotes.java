package dev.espalier.run;

import dev.espalier.Progress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Passes everything on, each sentence once, and keeps the sentences for the report. A note that
 * turns out to be a warning counts as one.
 */
public final class RecordedNotes implements Progress {
  private final Progress listener;
  private final Set<String> notes = new LinkedHashSet<>();
  private final Set<String> warnings = new LinkedHashSet<>();

  /**
   * Begins without notes.
   *
   * @param listener hears all of it, too
   */
  public RecordedNotes(Progress listener) {
    this.listener = listener;
  }

  /** The notes so far, in order. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** The warnings so far, in order. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  @Override
  public void begin(String task, long steps) {
    listener.begin(task, steps);
  }

  @Override
  public void step(long steps) {
    listener.step(steps);
  }

  @Override
  public void end() {
    listener.end();
  }

  @Override
  public void note(String sentence) {
    if (!warnings.contains(sentence) && notes.add(sentence)) {
      listener.note(sentence);
    }
  }

  @Override
  public void warn(String sentence) {
    boolean told = notes.remove(sentence);
    if (warnings.add(sentence) && !told) {
      listener.warn(sentence);
    }
  }
}
