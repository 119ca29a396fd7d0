package dev.espalier.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Remembers all that it hears, and may do something at a step or at the end of a task: look around,
 * interfere, or throw, as if the run were interrupted there.
 */
public final class RecordingProgress implements Progress {
  private final List<Task> tasks = new ArrayList<>();
  private final List<Long> steps = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private Runnable atStep = () -> {};
  private Runnable atEnd = () -> {};
  private boolean open;

  /** What {@link #interruptedWhen} throws. */
  public static final class Interrupted extends RuntimeException {
    public Interrupted() {
      super("interrupted by the test");
    }
  }

  /**
   * A task that has begun.
   *
   * @param planned its steps as announced
   * @param done those heard of until now
   */
  public record Task(String name, long planned, long done) {}

  /** Does this at every step, after counting it. */
  public RecordingProgress atStep(Runnable action) {
    atStep = action;
    return this;
  }

  /** Does this at the end of every task. */
  public RecordingProgress atEnd(Runnable action) {
    atEnd = action;
    return this;
  }

  /** Throws at the first step for which the condition holds. */
  public RecordingProgress interruptedWhen(BooleanSupplier condition) {
    return atStep(
        () -> {
          if (condition.getAsBoolean()) {
            throw new Interrupted();
          }
        });
  }

  /** In the order in which they began. */
  public List<Task> tasks() {
    return List.copyOf(tasks);
  }

  /** The names of the tasks. */
  public List<String> taskNames() {
    return tasks.stream().map(Task::name).toList();
  }

  /** How many steps were done at a time. */
  public List<Long> steps() {
    return List.copyOf(steps);
  }

  /** How many steps are done in all, also outside of tasks. */
  public long done() {
    return steps.stream().mapToLong(Long::longValue).sum();
  }

  /** The task that has begun and not ended. */
  public Optional<Task> current() {
    return open ? Optional.of(tasks.get(tasks.size() - 1)) : Optional.empty();
  }

  /** What the user was told, without the warnings. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  @Override
  public void begin(String task, long steps) {
    assertTrue(current().isEmpty(), "one task at a time");
    open = true;
    tasks.add(new Task(task, steps, 0));
  }

  @Override
  public void step(long count) {
    steps.add(count);
    current()
        .ifPresent(
            task ->
                tasks.set(tasks.size() - 1, new Task(task.name, task.planned, task.done + count)));
    atStep.run();
  }

  @Override
  public void end() {
    assertTrue(open, "a task ends that has not begun");
    open = false;
    atEnd.run();
  }

  @Override
  public void note(String sentence) {
    notes.add(sentence);
  }

  @Override
  public void warn(String sentence) {
    warnings.add(sentence);
  }
}
