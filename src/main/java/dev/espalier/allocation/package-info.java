/**
 * How much each block loses. An {@link dev.espalier.allocation.SparsityAllocation} proposes a
 * density per block; {@link dev.espalier.allocation.SparsityBudget} makes the model's total exact.
 */
package dev.espalier.allocation;
