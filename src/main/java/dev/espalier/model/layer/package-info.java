/** The layers of a block, on libtorch. */
package dev.espalier.model.layer;
