package dev.espalier;

/** Told how far a long piece of work has come, and what has been found on the way. */
public interface Progress {
  /** Tells nobody. */
  Progress NONE =
      new Progress() {
        @Override
        public void begin(String task, long steps) {}

        @Override
        public void step(long steps) {}

        @Override
        public void end() {}
      };

  /**
   * A task begins.
   *
   * @param steps how many steps it has in all, each about as long as the others
   */
  void begin(String task, long steps);

  /** So many further steps of the task are done. */
  void step(long steps);

  /** The task is done. */
  void end();

  /** Something the user should know now, in one sentence. */
  default void note(String sentence) {}

  /** Something that may make the result other than the user expects, in one sentence. */
  default void warn(String sentence) {
    note(sentence);
  }
}
