package dev.espalier.model.family;

import dev.espalier.BadInputException;
import dev.espalier.model.description.DecoderDescription;

/** A kind of model: how its config.json reads. */
interface ModelFamily {

  /** The {@code model_type} it answers to. */
  String modelType();

  /**
   * @throws BadInputException if a feature is not supported, or a value is missing or wrong
   */
  DecoderDescription describe(ConfigReader config);
}
