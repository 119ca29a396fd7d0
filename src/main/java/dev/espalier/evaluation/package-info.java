/** What pruning cost: perplexity, measured one block at a time like pruning itself. */
package dev.espalier.evaluation;
