/**
 * Which weights go. {@link dev.espalier.pruning.BlockwisePruner} is the loop over blocks; a {@link
 * dev.espalier.pruning.PruningMethod}, listed in {@link dev.espalier.pruning.MethodCatalogue},
 * chooses the weights of one linear, in the shape of a {@link
 * dev.espalier.pruning.SparsityPattern}; {@link dev.espalier.pruning.PrunedBlocks} is where
 * finished blocks go.
 */
package dev.espalier.pruning;
