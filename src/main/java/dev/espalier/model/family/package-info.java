/** How the config.json of each family of models reads. */
package dev.espalier.model.family;
