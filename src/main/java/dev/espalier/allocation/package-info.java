/**
 * How much each block loses. An {@link dev.espalier.allocation.SparsityAllocation} proposes a
 * density per block; {@link dev.espalier.allocation.SparsityBudget} makes the model's total exact.
 * {@link dev.espalier.allocation.AllocationCatalogue} lists all there are, with their parameters.
 */
package dev.espalier.allocation;
