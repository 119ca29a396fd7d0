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
  private boolean working;

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
    working = true;
    listener.begin(task, steps);
  }

  @Override
  public void step(long steps) {
    listener.step(steps);
  }

  /** The end of a task; nothing where a fault has come before it began. */
  @Override
  public void end() {
    if (working) {
      working = false;
      listener.end();
    }
  }

  @Override
  public void note(String sentence) {
    if (!warnings.contains(sentence) && notes.add(sentence)) {
      listener.note(sentence);
    }
  }

  /** Passes on what holds for this moment and machine, and is not for the report. */
  public void tell(String sentence) {
    listener.note(sentence);
  }

  @Override
  public void warn(String sentence) {
    boolean told = notes.remove(sentence);
    if (warnings.add(sentence) && !told) {
      listener.warn(sentence);
    }
  }
}
