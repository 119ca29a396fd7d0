package dev.espalier.job;

import dev.espalier.Progress;

/** Hears how a job goes. */
public interface JobListener extends Progress {
  /** Something the user should know now, in one sentence. */
  void note(String sentence);
}
