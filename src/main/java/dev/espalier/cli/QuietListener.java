package dev.espalier.cli;

/** Says nothing. */
final class QuietListener implements ConsoleListener {
  @Override
  public void begin(String task, long steps) {}

  @Override
  public void step(long steps) {}

  @Override
  public void end() {}

  @Override
  public void note(String sentence) {}
}
