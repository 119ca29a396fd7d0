package dev.espalier.job;

import dev.espalier.Progress;

/** Hears how a job goes. */
public interface JobListener extends Progress {
  @Override
  void note(String sentence);
}
