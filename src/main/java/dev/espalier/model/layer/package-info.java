/**
 * The layers of a block, on libtorch. {@link dev.espalier.model.layer.BlockWeights} loads what a
 * block's description lists; an {@link dev.espalier.model.layer.Operation} runs one of its steps
 * and shows what its {@link dev.espalier.model.layer.Linear}s read to an {@link
 * dev.espalier.model.layer.InputObserver}.
 */
package dev.espalier.model.layer;
