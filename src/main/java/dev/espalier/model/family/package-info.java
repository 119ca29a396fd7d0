/**
 * How the config.json of each family of models reads: {@link
 * dev.espalier.model.family.ModelFamilies} finds the family, which describes the model. A new
 * family is one class that builds the description, and one line in the list of families.
 */
package dev.espalier.model.family;
