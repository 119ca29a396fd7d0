package dev.espalier.model.family;

import dev.espalier.model.description.DecoderDescription;

/** A kind of model: how its config.json reads. */
interface ModelFamily {

  /** The {@code model_type} it answers to. */
  String modelType();

  DecoderDescription describe(ConfigReader config);
}
