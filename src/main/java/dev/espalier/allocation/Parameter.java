package dev.espalier.allocation;

import java.util.Optional;

/**
 * What can be set about an allocation, or about a pruning method.
 *
 * @param <T> of its values
 */
public sealed interface Parameter<T> permits NumberParameter, ChoiceParameter {
  /** Its name among the parameters of all allocations and methods: the command line's option. */
  String key();

  /** Its name in the published repositories, where that is another. */
  Optional<String> published();

  /** What stands for its value in help texts. */
  String placeholder();

  /** What it means, in a few words. */
  String description();

  /** Of its values. */
  Class<T> type();

  /** A value that makes sense for most models: its default, where it has one. */
  T typical();

  /** What is taken if none is given; nothing where that depends on the model. */
  Optional<T> byDefault();

  /** A value as people write it; nothing if the text is none. */
  Optional<T> read(String text);

  /** A value as people write it. */
  String write(T value);
}
