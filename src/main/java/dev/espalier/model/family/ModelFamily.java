package dev.espalier.model.family;

import dev.espalier.BadInputException;
import dev.espalier.model.description.DecoderDescription;

/** A kind of model: how its config.json reads. */
interface ModelFamily {

  /** The {@code model_type} it answers to. */
  String modelType();

  /** What {@code architectures} calls the model with a head for language. */
  String architecture();

  /** What the names of all tensors but the head's begin with, unless a model has no head. */
  default String prefix() {
    return "model.";
  }

  /**
   * @param names of the tensors; {@link #prefix} is usual
   * @throws BadInputException if a feature is not supported, or a value is missing or wrong
   */
  DecoderDescription describe(ConfigReader config, Names names);
}
