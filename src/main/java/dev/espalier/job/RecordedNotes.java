package dev.espalier.job;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Passes everything on, each note once, and keeps the notes for the report. */
final class RecordedNotes implements JobListener {
  private final JobListener listener;
  private final Set<String> notes = new LinkedHashSet<>();

  RecordedNotes(JobListener listener) {
    this.listener = listener;
  }

  /** The notes so far, in order. */
  List<String> notes() {
    return List.copyOf(notes);
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
    if (notes.add(sentence)) {
      listener.note(sentence);
    }
  }
}
