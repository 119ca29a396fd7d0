package dev.espalier;

/**
 * Hears how long work goes: how far a task has come, and what has been found on the way. Every
 * method may be left as it is, which does nothing.
 */
public interface Progress {
  /** Tells nobody. */
  Progress NONE = new Progress() {};

  /**
   * A task begins.
   *
   * @param task what it is, for people
   * @param steps how many steps it has in all, each about as long as the others
   */
  default void begin(String task, long steps) {}

  /**
   * Further steps of the task are done.
   *
   * @param steps how many
   */
  default void step(long steps) {}

  /** The task is done. */
  default void end() {}

  /**
   * Something the user should know now.
   *
   * @param sentence for people
   */
  default void note(String sentence) {}

  /**
   * Something that may make the result other than the user expects; a note where nothing else is
   * made of it.
   *
   * @param sentence for people
   */
  default void warn(String sentence) {
    note(sentence);
  }
}
